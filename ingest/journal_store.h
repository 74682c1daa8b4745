// JournalStore: where the journal's records are kept. The journal decides; the store keeps.
//
// Promises: commit() applies everything or nothing, and what it has returned success for survives a
// power cut. After commit() failed once, nobody knows what is on the disk (the kernel may have
// marked the lost pages clean): the caller commits nothing more through this object. commit() comes
// from one thread at a time; trim() of what readers have left behind, and reads, may run beside it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/journal_mark.h"
#include "runtime/failure.h"
#include "runtime/store_backup.h"
#include "schemas/ordinal.h"

namespace waybill::ingest {

// An acceptance without outcome: which delivery, and the sequence number of its Accepted event.
struct OpenDelivery {
  std::string delivery_id;  // 16 octets
  schemas::SequenceNumber accepted_seq;
};

// A delivery is opened by its acceptance, and closed by its outcome; to close one that is not open
// is no error.
struct OpenChange {
  std::string delivery_id;
  std::optional<schemas::SequenceNumber> accepted_seq;  // nullopt: closed
};

// One atomic write. Records have consecutive sequence numbers from first_seq on.
struct JournalWrite {
  schemas::SequenceNumber first_seq;
  std::vector<std::string> records;
  // In the order of the records: a delivery that was put off is closed, and opened again by its
  // next try.
  std::vector<OpenChange> changes;
};

struct JournalRecord {
  schemas::SequenceNumber seq;
  std::string value;  // one serialised schemas::Event
};

class JournalStore {
 public:
  virtual ~JournalStore() = default;

  virtual runtime::Result<void> commit(const JournalWrite& write) = 0;

  // Records with seq >= from, ascending, without gaps; at most `most` and about `octets`. Empty if
  // there is none. Errc::not_found if `from` was trimmed away. Errc::corrupt on a bad checksum.
  virtual runtime::Result<std::vector<JournalRecord>> read(schemas::SequenceNumber from,
                                                           std::size_t most,
                                                           std::size_t octets) const = 0;

  // The first record kept and one past the last; equal if there is none. An empty store says 1, 1.
  virtual schemas::SequenceNumber first_seq() const = 0;
  virtual schemas::SequenceNumber end_seq() const = 0;

  virtual runtime::Result<std::vector<OpenDelivery>> open_deliveries() const = 0;

  // Instead of all that is there: no record, the numbers go on at `seq`, and `open` is what is
  // open. The number is kept only once there is a record; until then another start has to say it
  // again. Nobody reads or commits meanwhile.
  virtual runtime::Result<void> begin_at(schemas::SequenceNumber seq,
                                         const std::vector<OpenDelivery>& open) = 0;

  // Forgets records below `seq`, except that end_seq() never goes back.
  virtual runtime::Result<void> trim(schemas::SequenceNumber seq) = 0;

  // Octets in use, about.
  virtual std::uint64_t octets() const = 0;

  // Which journal it is: its numbers name events under this id, and no number is given twice under
  // one id, whatever was lost or put back meanwhile.
  virtual JournalId id() const = 0;

  // Notes beside the records where they end now, and that the log has those below `sent`: an end
  // that goes back behind a note is found at the next start. One thread at a time, beside commit().
  virtual runtime::Result<void> note(schemas::SequenceNumber sent) = 0;
  // As the last note said, also one of an earlier process; first_seq() if there is none.
  virtual schemas::SequenceNumber sent() const = 0;

  // A failed read in words, where it refuses a start: they name what is damaged, and say how to go
  // on. Reads all of the store then.
  virtual runtime::Failure unreadable(const runtime::Error& error) const {
    return runtime::explain(error, "cannot read the journal");
  }

  // Beside commits and readers (runtime/store_backup.h). Errc::invalid: this store has no files.
  virtual runtime::Explained<runtime::StoreBackup> back_up(const std::string&,
                                                           const runtime::StoreProgress&) {
    return runtime::Failure{runtime::Errc::invalid, "a journal without files"};
  }
};

// On RocksDB in `directory`, created if absent. Errc::locked, corrupt, io_error, no_space. Records
// that were acknowledged and are missing, at the end or before it, are Errc::corrupt; the words say
// where, and how to go on without them.
runtime::Explained<std::unique_ptr<JournalStore>> open_rocks_journal(const std::string& directory);

// Where the records of the journal in `directory` end, without a lock and without writing. The same
// errors, and not_found.
runtime::Explained<schemas::SequenceNumber> rocks_journal_end(const std::string& directory);

}  // namespace waybill::ingest

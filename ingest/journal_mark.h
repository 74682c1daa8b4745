// JournalMark: what is known of a journal beside its records, so that the next start can tell
// whether its end is missing, and whether its numbers may go on under the same id.
//
// One small file of two slots, written in turn and synced: a slot that was torn leaves the other.
// The id goes on only after an end that was told (close()), in the very file that told it: numbers
// that were given and lost, by a crash or because an older copy was put back, are then never given
// again under one id.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "runtime/failure.h"
#include "schemas/ordinal.h"

namespace waybill::ingest {

// Which journal it is: random, never 0.
using JournalId = std::uint32_t;

class JournalMark {
 public:
  struct Note {
    JournalId id = 0;
    schemas::SequenceNumber end;   // behind a record that was durable when it was written
    schemas::SequenceNumber sent;  // every record below it is in the log
    bool closed = false;           // nothing was recorded after it
  };

  // The mark of `directory`, made if absent. Errc::io_error, no_space.
  static runtime::Explained<std::unique_ptr<JournalMark>> open(const std::string& directory);
  ~JournalMark();
  JournalMark(const JournalMark&) = delete;
  JournalMark& operator=(const JournalMark&) = delete;

  const std::string& path() const { return path_; }

  // The newest note that can be read; nullopt: there is none. `moved`: it was written to another
  // file, of which this one is a copy.
  const std::optional<Note>& found() const { return found_; }
  bool moved() const { return moved_; }

  // On the disk when it returns. One thread at a time.
  runtime::Result<void> write(const Note& note);

 private:
  JournalMark(std::string path, int file) : path_(std::move(path)), file_(file) {}
  void read_slots();

  const std::string path_;
  const int file_;
  std::uint64_t inode_ = 0;
  std::uint64_t count_ = 0;  // of notes written
  std::optional<Note> found_;
  bool moved_ = false;
};

JournalId new_journal_id();

// The id that goes on, or a new one.
JournalId id_after(const JournalMark& mark, schemas::SequenceNumber end);

}  // namespace waybill::ingest

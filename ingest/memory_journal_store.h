// A JournalStore in memory, for simulations and tests: it survives its process by being handed to
// the next one, and forgets what a power cut would.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ingest/journal_store.h"

namespace waybill::ingest {

class MemoryJournalStore final : public JournalStore {
 public:
  runtime::Result<void> commit(const JournalWrite& write) override;
  runtime::Result<std::vector<JournalRecord>> read(schemas::SequenceNumber from, std::size_t most,
                                                   std::size_t octets) const override;
  schemas::SequenceNumber first_seq() const override { return live_.first; }
  schemas::SequenceNumber end_seq() const override { return live_.first + live_.records.size(); }
  runtime::Result<std::vector<OpenDelivery>> open_deliveries() const override;
  runtime::Result<void> begin_at(schemas::SequenceNumber seq,
                                 const std::vector<OpenDelivery>& open) override;
  runtime::Result<void> trim(schemas::SequenceNumber seq) override;
  std::uint64_t octets() const override { return live_.octets; }
  JournalId id() const override { return id_; }
  runtime::Result<void> note(schemas::SequenceNumber sent) override;
  schemas::SequenceNumber sent() const override { return std::max(sent_, first_seq()); }

  // The commit after `n` more successful ones fails, and whether it was written is decided by
  // `written` (a failed sync leaves both possible).
  void fail_commit_after(std::uint64_t n, bool written) {
    fail_after_ = n;
    fail_written_ = written;
  }

  // False: commits stay in the page cache and power_cut() loses them. A checker that does not turn
  // red then is blind.
  void set_sync(bool on) { sync_ = on; }

  // Back to what was synced; another start.
  void power_cut() {
    live_ = synced_;
    ++id_;
  }

 private:
  struct Contents {
    schemas::SequenceNumber first{1};
    std::deque<std::string> records;
    std::map<std::string, schemas::SequenceNumber> open;
    std::uint64_t octets = 0;
  };
  static void write_to(Contents& contents, const JournalWrite& write);

  Contents live_;
  Contents synced_;
  bool sync_ = true;
  JournalId id_ = 1;
  schemas::SequenceNumber sent_{1};
  std::uint64_t fail_after_ = UINT64_MAX;
  bool fail_written_ = false;
};

}  // namespace waybill::ingest

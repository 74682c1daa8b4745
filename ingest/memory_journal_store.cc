#include "ingest/memory_journal_store.h"

#include <algorithm>

#include "runtime/check.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::Result;
using schemas::SequenceNumber;

void MemoryJournalStore::write_to(Contents& contents, const JournalWrite& write) {
  runtime::check(write.first_seq == contents.first + contents.records.size(),
                 "sequence numbers are dense");
  for (const std::string& record : write.records) {
    contents.records.push_back(record);
    contents.octets += record.size();
  }
  for (const OpenChange& change : write.changes) {
    if (change.accepted_seq) {
      contents.open[change.delivery_id] = *change.accepted_seq;
    } else {
      contents.open.erase(change.delivery_id);
    }
  }
}

Result<void> MemoryJournalStore::commit(const JournalWrite& write) {
  if (fail_after_ == 0) {
    if (fail_written_) {
      write_to(live_, write);
      write_to(synced_, write);
    }
    return make_error_code(Errc::io_error);
  }
  if (fail_after_ != UINT64_MAX) --fail_after_;
  write_to(live_, write);
  if (sync_) write_to(synced_, write);
  return {};
}

Result<std::vector<JournalRecord>> MemoryJournalStore::read(SequenceNumber from, std::size_t most,
                                                            std::size_t octets) const {
  std::vector<JournalRecord> out;
  if (from < first_seq()) return make_error_code(Errc::not_found);
  std::size_t taken = 0;
  for (SequenceNumber seq = from; seq < end_seq() && out.size() < most && taken < octets; ++seq) {
    out.push_back({seq, live_.records[seq - live_.first]});
    taken += out.back().value.size();
  }
  return out;
}

Result<std::vector<OpenDelivery>> MemoryJournalStore::open_deliveries() const {
  std::vector<OpenDelivery> out;
  for (const auto& [id, seq] : live_.open) out.push_back({id, seq});
  return out;
}

Result<void> MemoryJournalStore::note(SequenceNumber sent) {
  sent_ = sent;
  return {};
}

Result<void> MemoryJournalStore::begin_at(SequenceNumber seq,
                                          const std::vector<OpenDelivery>& open) {
  live_ = {};
  live_.first = seq;
  for (const OpenDelivery& one : open) live_.open[one.delivery_id] = one.accepted_seq;
  synced_ = live_;
  ++id_;
  return {};
}

Result<void> MemoryJournalStore::trim(SequenceNumber seq) {
  for (Contents* contents : {&live_, &synced_}) {
    while (contents->records.size() > 1 && contents->first < seq) {
      contents->octets -= contents->records.front().size();
      contents->records.pop_front();
      ++contents->first;
    }
  }
  return {};
}

}  // namespace waybill::ingest

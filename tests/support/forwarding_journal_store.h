// ForwardingJournalStore: a journal store that hands every call on to another, which outlives it.
// A fake overrides the calls that it changes.
#pragma once

#include <vector>

#include "ingest/journal_store.h"

namespace waybill::tests {

class ForwardingJournalStore : public ingest::JournalStore {
 public:
  explicit ForwardingJournalStore(ingest::JournalStore& next) : next_(next) {}

  runtime::Result<void> commit(const ingest::JournalWrite& write) override {
    return next_.commit(write);
  }
  runtime::Result<std::vector<ingest::JournalRecord>> read(schemas::SequenceNumber from,
                                                           std::size_t most,
                                                           std::size_t octets) const override {
    return next_.read(from, most, octets);
  }
  schemas::SequenceNumber first_seq() const override { return next_.first_seq(); }
  schemas::SequenceNumber end_seq() const override { return next_.end_seq(); }
  runtime::Result<std::vector<ingest::OpenDelivery>> open_deliveries() const override {
    return next_.open_deliveries();
  }
  runtime::Result<void> begin_at(schemas::SequenceNumber seq,
                                 const std::vector<ingest::OpenDelivery>& open) override {
    return next_.begin_at(seq, open);
  }
  runtime::Result<void> trim(schemas::SequenceNumber seq) override { return next_.trim(seq); }
  std::uint64_t octets() const override { return next_.octets(); }
  ingest::JournalId id() const override { return next_.id(); }
  runtime::Result<void> note(schemas::SequenceNumber sent) override { return next_.note(sent); }
  schemas::SequenceNumber sent() const override { return next_.sent(); }

 private:
  ingest::JournalStore& next_;
};

}  // namespace waybill::tests

// ArchivePart: a partition in memory whose archive has what a test adds to it.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "projector/archive/archive.h"
#include "projector/archive/archive_end.h"
#include "projector/archive/archive_key.h"
#include "projector/memory_view_store.h"
#include "tests/support/event_log.h"

namespace waybill::tests {

struct ArchivePart {
  void add(const schemas::Event& event) { put(log.add(event)); }
  void add_raw(std::string octets) { put(log.add_raw(std::move(octets))); }
  void add(const schemas::Event& event, std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) add(event);
  }
  void put(schemas::LogOffset offset) {
    const auto record = projector::ArchivedRecord::of(log.records(offset, 1).front().value);
    projector::WriteBatch batch;
    batch.put(projector::Table::archive,
              projector::archive_key(schemas::EventIndex(offset.value())), record.row());
    ASSERT_TRUE(store.apply(batch));
    end.reached(schemas::EventIndex(offset.value() + 1));
  }
  // The events of `from` on and below `to`; they are `known` to be.
  void lose(std::uint64_t from, std::uint64_t to, bool known) {
    projector::WriteBatch batch;
    for (std::uint64_t i = from; i < to; ++i) {
      batch.erase(projector::Table::archive, projector::archive_key(schemas::EventIndex(i)));
    }
    if (known) {
      projector::put_holes(batch, {{schemas::EventIndex(from), schemas::EventIndex(to)}});
    }
    ASSERT_TRUE(store.apply(batch));
  }

  EventLog log;
  projector::MemoryViewStore store;
  projector::ArchiveEnd end;
  std::optional<std::uint64_t> lag = 0;
};

}  // namespace waybill::tests

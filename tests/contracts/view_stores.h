// The stores that the contracts of ViewStore are held against.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "projector/rocksdb_view_store.h"
#include "projector/rows/view_store.h"

namespace waybill::projector {

// Octets; longer than the prefix of every table.
inline constexpr std::size_t kLongKey = 32;

inline std::unique_ptr<ViewStore> open_or_fail(const std::string& directory,
                                               bool read_only = false) {
  RocksStoreSettings settings;
  settings.read_only = read_only;
  auto store = open_rocks_store(directory, settings);
  EXPECT_TRUE(store) << store.error().why;
  return store ? std::move(*store) : nullptr;
}

inline void put(ViewStore& store, Table table, const std::string& key, const std::string& value) {
  WriteBatch batch;
  batch.put(table, key, value);
  ASSERT_TRUE(store.apply(batch));
}

}  // namespace waybill::projector

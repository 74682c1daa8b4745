// What every ViewStore promises to those who must not wait (ViewStore::at_once), and to those who
// keep what they have read (ViewReader::version), held against memory and RocksDB alike.
#include <gtest/gtest.h>

#include "projector/memory_view_store.h"
#include "tests/contracts/view_stores.h"
#include "tests/support/temporary_directory.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using tests::TemporaryDirectory;

std::size_t count_rows(const ViewReader& reader, Table table) {
  std::size_t count = 0;
  EXPECT_TRUE(reader.scan(table, {}, {}, [&](auto, auto) { return ++count > 0; }));
  return count;
}

class ViewReaderContract : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (std::string_view(GetParam()) == "memory") {
      store_ = std::make_unique<MemoryViewStore>();
    } else {
      store_ = open_or_fail(directory_.path("store"));
    }
    ASSERT_TRUE(store_);
  }

  TemporaryDirectory directory_;
  std::unique_ptr<ViewStore> store_;
};
INSTANTIATE_TEST_SUITE_P(Stores, ViewReaderContract, testing::Values("memory", "rocksdb"),
                         [](const auto& one) { return std::string(one.param); });

TEST_P(ViewReaderContract, WhatIsInMemoryIsReadAtOnce) {
  put(*store_, Table::meta, "a", "1");
  put(*store_, Table::meta, "b", "2");
  const ViewReader& at_once = store_->at_once();
  EXPECT_EQ(at_once.get(Table::meta, "a").value(), "1");
  EXPECT_EQ(at_once.get(Table::meta, "c").error(), Errc::not_found);
  EXPECT_EQ(at_once.get_all(Table::meta, {"b", "a"}).value(), (std::vector<std::string>{"2", "1"}));
  std::string seen;
  EXPECT_TRUE(at_once.scan(Table::meta, "a", "b", [&](std::string_view key, std::string_view) {
    seen += key;
    return true;
  }));
  EXPECT_EQ(seen, "a");
}

TEST_P(ViewReaderContract, EachBatchMakesAnotherVersion) {
  std::uint64_t version = store_->version();
  for (const char* const value : {"1", "2", "2"}) {
    put(*store_, Table::meta, "a", value);
    EXPECT_GT(store_->version(), version);
    version = store_->version();
    EXPECT_EQ(store_->at_once().version(), version);
    EXPECT_EQ(count_rows(*store_, Table::meta), 1u);
  }
  WriteBatch erased;
  erased.erase_range(Table::meta, "a", "b");
  ASSERT_TRUE(store_->apply(erased));
  EXPECT_GT(store_->version(), version);
  version = store_->version();
  ASSERT_TRUE(store_->sync());
  EXPECT_EQ(count_rows(*store_, Table::meta), 0u);
  EXPECT_EQ(store_->version(), version) << "nothing was applied";
}

TEST_P(ViewReaderContract, ManyRowsAreNotReadAtOnce) {
  WriteBatch batch;
  for (std::size_t i = 0; i <= kMostAtOnce; ++i) {
    batch.put(Table::meta, "key" + std::to_string(10'000 + i), "value");
  }
  ASSERT_TRUE(store_->apply(batch));
  std::size_t seen = 0;
  std::size_t most = kMostAtOnce;
  const auto visit = [&](std::string_view, std::string_view) { return ++seen < most; };
  EXPECT_TRUE(store_->at_once().scan(Table::meta, {}, {}, visit));
  EXPECT_EQ(seen, kMostAtOnce);
  seen = 0;
  most = kMostAtOnce + 2;
  EXPECT_EQ(store_->at_once().scan(Table::meta, {}, {}, visit).error(), Errc::would_block);
  seen = 0;
  EXPECT_TRUE(store_->scan(Table::meta, {}, {}, visit));
  EXPECT_EQ(seen, kMostAtOnce + 1);
}

TEST(RocksViewReaderTest, WhatIsOnTheDiskAloneIsNotReadAtOnce) {
  const TemporaryDirectory directory;
  const std::string key(kLongKey, 'k');
  {
    const auto store = open_or_fail(directory.path("store"));
    ASSERT_TRUE(store);
    put(*store, Table::timeline, key, "value");
    // In files alone, and nothing in a write-ahead log.
    ASSERT_TRUE(store->checkpoint(directory.path("copy")));
  }
  const auto store = open_or_fail(directory.path("copy"), true);
  ASSERT_TRUE(store);
  const auto scanned = [&](const ViewReader& reader) {
    return reader.scan(Table::timeline, key, key + '\0', [](auto, auto) { return true; });
  };
  EXPECT_EQ(store->at_once().get(Table::timeline, key).error(), Errc::would_block);
  EXPECT_EQ(store->at_once().get_all(Table::timeline, {key}).error(), Errc::would_block);
  EXPECT_EQ(scanned(store->at_once()).error(), Errc::would_block);
  EXPECT_TRUE(scanned(*store));
  EXPECT_TRUE(scanned(store->at_once())) << "it is in memory now";
  EXPECT_EQ(store->at_once().get(Table::timeline, key).value(), "value");
}

}  // namespace
}  // namespace waybill::projector

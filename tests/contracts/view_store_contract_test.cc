// What every ViewStore promises (projector/view_store.h), held against memory and RocksDB alike.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <thread>

#include "projector/archive/archive_key.h"
#include "projector/memory_view_store.h"
#include "projector/rocksdb_view_store.h"
#include "projector/rows/view_store.h"
#include "tests/contracts/view_stores.h"
#include "tests/support/ordinals.h"
#include "tests/support/temporary_directory.h"

namespace waybill::projector {

using namespace schemas::ordinal_literals;

namespace {

using runtime::Errc;
using tests::TemporaryDirectory;
using RowList = std::vector<std::pair<std::string, std::string>>;

RowList rows(const ViewStore& store, Table table, std::string_view from = {},
             std::string_view to = {}) {
  RowList out;
  const auto scanned =
      store.scan(table, from, to, [&](std::string_view key, std::string_view value) {
        out.emplace_back(key, value);
        return true;
      });
  EXPECT_TRUE(scanned);
  return out;
}

class ViewStoreContract : public testing::TestWithParam<const char*> {
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

TEST_P(ViewStoreContract, AFreshStoreIsEmpty) {
  for (std::size_t i = 0; i < kTables; ++i) {
    EXPECT_EQ(rows(*store_, static_cast<Table>(i)), RowList{});
  }
  EXPECT_EQ(store_->get(Table::meta, "progress").error(), Errc::not_found);
}

TEST_P(ViewStoreContract, AReadSeesWhatWasApplied) {
  put(*store_, Table::meta, "key", "value");
  EXPECT_EQ(store_->get(Table::meta, "key").value(), "value");
  EXPECT_EQ(store_->get(Table::meta, "ke").error(), Errc::not_found);
}

TEST_P(ViewStoreContract, SeveralKeysGiveTheirValuesInTheOrderAskedForOrNone) {
  std::vector<std::string> keys;
  std::vector<std::string> values;
  // More than one piece of them (rocksdb_view_store.cc).
  for (int i = 100; i > 0; --i) {
    keys.push_back("key" + std::to_string(i));
    values.push_back("value" + std::to_string(i));
    put(*store_, Table::archive, keys.back(), values.back());
  }
  keys.push_back(keys.front());
  values.push_back(values.front());
  const auto found = store_->get_all(Table::archive, keys);
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, values);
  EXPECT_TRUE(store_->get_all(Table::archive, {})->empty());
  keys.insert(keys.begin() + 50, "none");
  EXPECT_EQ(store_->get_all(Table::archive, keys).error(), Errc::not_found);
}

TEST_P(ViewStoreContract, TablesAreApart) {
  put(*store_, Table::archive, "0123456789abcdef", "archived");
  put(*store_, Table::return_paths, "0123456789abcdef", "delivered");
  EXPECT_EQ(store_->get(Table::archive, "0123456789abcdef").value(), "archived");
  EXPECT_EQ(store_->get(Table::return_paths, "0123456789abcdef").value(), "delivered");
  EXPECT_EQ(store_->get(Table::counters, "0123456789abcdef").error(), Errc::not_found);
}

TEST_P(ViewStoreContract, TheLastWordOnAKeyCounts) {
  WriteBatch batch;
  batch.put(Table::meta, "twice", "first");
  batch.put(Table::meta, "twice", "second");
  batch.put(Table::meta, "gone", "was");
  batch.erase(Table::meta, "gone");
  batch.erase(Table::meta, "back");
  batch.put(Table::meta, "back", "again");
  ASSERT_TRUE(store_->apply(batch));
  EXPECT_EQ(rows(*store_, Table::meta), (RowList{{"back", "again"}, {"twice", "second"}}));
}

TEST_P(ViewStoreContract, ARangeIsErasedBeforeWhatTheBatchPuts) {
  for (const char* key : {"a", "b", "c", "d"}) put(*store_, Table::return_paths, key, "old");
  put(*store_, Table::meta, "c", "of another table");
  WriteBatch batch;
  batch.put(Table::return_paths, "c", "new");
  batch.erase_range(Table::return_paths, "b", "d");
  ASSERT_TRUE(store_->apply(batch));
  EXPECT_EQ(rows(*store_, Table::return_paths),
            (RowList{{"a", "old"}, {"c", "new"}, {"d", "old"}}));
  EXPECT_EQ(store_->get(Table::return_paths, "b").error(), Errc::not_found);
  EXPECT_EQ(rows(*store_, Table::meta), (RowList{{"c", "of another table"}}));
  batch.clear();
  EXPECT_TRUE(batch.empty());
  ASSERT_TRUE(store_->apply(batch));
  EXPECT_EQ(rows(*store_, Table::return_paths).size(), 3U);
}

TEST_P(ViewStoreContract, KeysAndValuesAreAnyOctets) {
  const std::string key("\0\xff key \n", 8);
  const std::string value("\0", 1);
  put(*store_, Table::return_paths, key, value);
  put(*store_, Table::return_paths, "empty", "");
  EXPECT_EQ(store_->get(Table::return_paths, key).value(), value);
  EXPECT_EQ(store_->get(Table::return_paths, "empty").value(), "");
}

TEST_P(ViewStoreContract, AnEmptyBatchIsApplied) {
  EXPECT_TRUE(store_->apply(WriteBatch()));
  EXPECT_TRUE(store_->sync());
}

TEST_P(ViewStoreContract, AScanIsAscendingAndEndsBeforeTo) {
  for (const char* key : {"b", "d", "a", "c"}) put(*store_, Table::counters, key, key);
  EXPECT_EQ(rows(*store_, Table::counters, "b", "d"), (RowList{{"b", "b"}, {"c", "c"}}));
  EXPECT_EQ(rows(*store_, Table::counters, "bb"), (RowList{{"c", "c"}, {"d", "d"}}));
  EXPECT_EQ(rows(*store_, Table::counters, "e"), RowList{});
  EXPECT_EQ(rows(*store_, Table::counters, "d", "a"), RowList{});
}

TEST_P(ViewStoreContract, AScanEndsWhenTheVisitSaysSo) {
  for (const char* key : {"a", "b", "c"}) put(*store_, Table::counters, key, key);
  int visits = 0;
  ASSERT_TRUE(store_->scan(Table::counters, {}, {},
                           [&](std::string_view, std::string_view) { return ++visits < 2; }));
  EXPECT_EQ(visits, 2);
}

TEST_P(ViewStoreContract, AScanSeesOneMomentOfTheStore) {
  // In memory a scan keeps the writer waiting: there is no writer in the midst of one to look for.
  if (std::string_view(GetParam()) == "memory") return;
  for (const char* key : {"a", "c"}) put(*store_, Table::counters, key, "old");
  RowList seen;
  ASSERT_TRUE(store_->scan(Table::counters, {}, {}, [&](std::string_view key, std::string_view v) {
    // The one writer, on a thread of its own.
    std::thread([&] { put(*store_, Table::counters, "b", "new"); }).join();
    seen.emplace_back(key, v);
    return true;
  }));
  EXPECT_EQ(seen, (RowList{{"a", "old"}, {"c", "old"}}));
}

TEST_P(ViewStoreContract, APrefixIsScannedWhole) {
  // Around prefixes that a bloom filter knows and one that it does not.
  const std::string low(kPrefix, 'a');
  const std::string high(kPrefix, '\xff');
  WriteBatch batch;
  for (const std::string& prefix : {low, high}) {
    for (const char* rest : {"1", "2", "3"}) batch.put(Table::timeline, prefix + rest, rest);
  }
  ASSERT_TRUE(store_->apply(batch));
  const RowList of_low = {{low + "1", "1"}, {low + "2", "2"}, {low + "3", "3"}};
  EXPECT_EQ(rows(*store_, Table::timeline, low, after_prefix(low)), of_low);
  EXPECT_EQ(rows(*store_, Table::timeline, low + "2", low + "3").size(), 1u);
  EXPECT_EQ(rows(*store_, Table::timeline, high, after_prefix(high)).size(), 3u);
  const std::string absent(kPrefix, 'b');
  EXPECT_EQ(rows(*store_, Table::timeline, absent, after_prefix(absent)), RowList{});
  // From a prefix that has no rows through all above it.
  EXPECT_EQ(rows(*store_, Table::timeline, absent, {}).size(), 3u);
  EXPECT_EQ(rows(*store_, Table::timeline).size(), 6u);
}

TEST_P(ViewStoreContract, ADroppedTableIsEmptyAndTakesNewRows) {
  for (const TableTraits& traits : kTableTraits) {
    if (!traits.is_view) continue;
    const Table table = traits.table;
    put(*store_, table, "0123456789abcdef0", "old");
    put(*store_, Table::meta, "kept", "meta");
    ASSERT_TRUE(store_->drop(table));
    EXPECT_EQ(rows(*store_, table), RowList{});
    EXPECT_EQ(store_->get(table, "0123456789abcdef0").error(), Errc::not_found);
    put(*store_, table, "0123456789abcdef1", "new");
    EXPECT_EQ(rows(*store_, table), (RowList{{"0123456789abcdef1", "new"}}));
    EXPECT_EQ(store_->get(Table::meta, "kept").value(), "meta");
  }
}

TEST_P(ViewStoreContract, ReadersStandBesideTheWriter) {
  constexpr int kBatches = 300;
  std::thread reader([&] {
    // Both rows of a batch are there or neither.
    for (;;) {
      RowList both = rows(*store_, Table::return_paths, "left", "rights");
      if (both.empty()) continue;
      ASSERT_EQ(both.size(), 2u);
      ASSERT_EQ(both[0].second, both[1].second);
      if (both[0].second == std::to_string(kBatches)) return;
    }
  });
  for (int i = 1; i <= kBatches; ++i) {
    WriteBatch batch;
    batch.put(Table::return_paths, "left", std::to_string(i));
    batch.put(Table::return_paths, "right", std::to_string(i));
    EXPECT_TRUE(store_->apply(batch));
  }
  reader.join();
}

INSTANTIATE_TEST_SUITE_P(Stores, ViewStoreContract, testing::Values("memory", "rocksdb"),
                         [](const auto& store) { return std::string(store.param); });

TEST(MemoryViewStoreTest, APowerCutGoesBackToTheLastSync) {
  MemoryViewStore store;
  put(store, Table::meta, "changed", "old");
  put(store, Table::timeline, "dropped", "row");
  ASSERT_TRUE(store.sync());
  put(store, Table::meta, "changed", "new");
  put(store, Table::meta, "added", "new");
  ASSERT_TRUE(store.drop(Table::timeline));
  put(store, Table::timeline, "late", "row");
  store.lose_unsynced();
  EXPECT_EQ(rows(store, Table::meta), (RowList{{"changed", "old"}}));
  EXPECT_EQ(rows(store, Table::timeline), (RowList{{"dropped", "row"}}));
}

TEST(MemoryViewStoreTest, APowerCutMayKeepTheFirstOfWhatWasNotSynced) {
  MemoryViewStore store;
  for (const char* key : {"a", "b", "c"}) put(store, Table::meta, key, key);
  ASSERT_EQ(store.unsynced(), 3u);
  store.lose_unsynced(2);
  EXPECT_EQ(rows(store, Table::meta), (RowList{{"a", "a"}, {"b", "b"}}));
}

TEST(MemoryViewStoreTest, TheNthWriteFailsWholeAndOnlyOnce) {
  for (std::uint64_t n = 1; n <= 4; ++n) {
    MemoryViewStore store;
    store.fail_nth(n);
    RowList expected;
    for (std::uint64_t i = 1; i <= 4; ++i) {
      const std::string key = std::to_string(i);
      WriteBatch batch;
      batch.put(Table::meta, key, "left");
      batch.put(Table::meta, key + "b", "right");
      const auto applied = store.apply(batch);
      ASSERT_EQ(applied.has_value(), i != n);
      if (i == n) {
        EXPECT_EQ(applied.error(), Errc::io_error);
        continue;
      }
      expected.emplace_back(key, "left");
      expected.emplace_back(key + "b", "right");
    }
    EXPECT_EQ(rows(store, Table::meta), expected);
  }
}

TEST(MemoryViewStoreTest, AFailedWriteMayHaveBeenStoredAllTheSame) {
  MemoryViewStore store;
  store.fail_nth(1, MemoryViewStore::Failure::stored);
  WriteBatch batch;
  batch.put(Table::meta, "key", "value");
  EXPECT_EQ(store.apply(batch).error(), Errc::io_error);
  EXPECT_EQ(store.get(Table::meta, "key").value(), "value");
}

TEST(RocksViewStoreTest, IsTheSameWhenOpenedAgain) {
  const TemporaryDirectory directory;
  auto store = open_or_fail(directory.path("deep/below/store"));
  put(*store, Table::timeline, std::string(kLongKey, 'k'), "row");
  put(*store, Table::return_paths, std::string(16, 'd'), "row");
  ASSERT_TRUE(store->drop(Table::return_paths));
  put(*store, Table::meta, "key", "value");
  store.reset();
  store = open_or_fail(directory.path("deep/below/store"));
  EXPECT_EQ(store->get(Table::meta, "key").value(), "value");
  EXPECT_EQ(rows(*store, Table::timeline).size(), 1u);
  EXPECT_EQ(rows(*store, Table::return_paths), RowList{});
}

TEST(RocksViewStoreTest, WhatWasAppliedOutlivesTheProcess) {
  const TemporaryDirectory directory;
  const auto store = open_or_fail(directory.path("store"));
  put(*store, Table::archive, archive_key(0_index), "event");
  // The files as a process that is killed now would leave them.
  std::filesystem::copy(directory.path("store"), directory.path("left"),
                        std::filesystem::copy_options::recursive);
  const auto left = open_or_fail(directory.path("left"));
  EXPECT_EQ(left->get(Table::archive, archive_key(0_index)).value(), "event");
}

// The files as a process that is killed now would leave them. Those that nobody needs any more are
// removed in the background: a copy that misses one is begun again.
std::unique_ptr<ViewStore> left_by(const TemporaryDirectory& directory) {
  static int copies = 0;
  for (;;) {
    const std::string left = directory.path("left" + std::to_string(++copies));
    std::error_code failed;
    std::filesystem::copy(directory.path("store"), left, std::filesystem::copy_options::recursive,
                          failed);
    if (!failed) return open_or_fail(left);
    if (failed != std::errc::no_such_file_or_directory) ADD_FAILURE() << failed.message();
  }
}

// In every table a row of its number, and what makes the batch as large as asked for.
void apply_numbered(ViewStore& store, int number, std::size_t octets) {
  WriteBatch batch;
  for (std::size_t table = 0; table < kTables; ++table) {
    batch.put(static_cast<Table>(table), std::string(kLongKey, 'k') + std::to_string(number),
              "row");
  }
  if (octets > 0)
    batch.put(Table::archive, archive_key(schemas::EventIndex(number)), std::string(octets, 'x'));
  ASSERT_TRUE(store.apply(batch));
}

// How many batches are there; every table must say the same, and none may lack an earlier one.
int numbered(const ViewStore& store) {
  int first = -1;
  for (std::size_t table = 0; table < kTables; ++table) {
    int count = 0;
    const std::string key(kLongKey, 'k');
    while (store.get(static_cast<Table>(table), key + std::to_string(count))) ++count;
    EXPECT_EQ(rows(store, static_cast<Table>(table), key, after_prefix(key)).size(),
              static_cast<std::size_t>(count))
        << name_of(static_cast<Table>(table));
    if (first < 0) first = count;
    EXPECT_EQ(count, first) << name_of(static_cast<Table>(table));
  }
  return first;
}

TEST(RocksViewStoreTest, ALargeBatchAndWhatFollowsItAreLostTogetherUntilTheSync) {
  const TemporaryDirectory directory;
  const auto store = open_or_fail(directory.path("store"));
  apply_numbered(*store, 0, 0);
  apply_numbered(*store, 1, kUnloggedBatch);
  apply_numbered(*store, 2, 0);
  EXPECT_EQ(numbered(*store), 3);
  EXPECT_EQ(numbered(*left_by(directory)), 1);

  ASSERT_TRUE(store->sync());
  EXPECT_EQ(numbered(*left_by(directory)), 3);
  apply_numbered(*store, 3, 0);
  EXPECT_EQ(numbered(*left_by(directory)), 4);
}

TEST(RocksViewStoreTest, ALargeBatchIsThereAfterAPeacefulEnd) {
  const TemporaryDirectory directory;
  auto store = open_or_fail(directory.path("store"));
  apply_numbered(*store, 0, kUnloggedBatch);
  apply_numbered(*store, 1, 0);
  store.reset();
  EXPECT_EQ(numbered(*open_or_fail(directory.path("store"))), 2);
}

constexpr int kBatchesOfTheKilled = 20;

// Catches up until it is killed, with buffers that are full after every few batches.
void catch_up_and_die(const std::string& directory) {
  RocksStoreSettings settings;
  settings.write_buffer_octets = 4 * kUnloggedBatch;
  auto store = open_rocks_store(directory, settings);
  if (!store) std::abort();
  for (int i = 0; i < kBatchesOfTheKilled; ++i) apply_numbered(**store, i, kUnloggedBatch);
  raise(SIGKILL);
}

// Tables fill at different speeds: when one is written out in the background, all are.
TEST(RocksViewStoreTest, WhatACrashLeavesOfManyLargeBatchesIsTheSameInEveryTable) {
  constexpr char kStore[] = "WAYBILL_STORE_OF_THE_KILLED";
  // The process that is killed begins this test anew, and has the name of the store from this one.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const TemporaryDirectory directory;
  setenv(kStore, directory.path("store").c_str(), 0);
  EXPECT_EXIT(
      {
        std::filesystem::remove(directory.path(""));  // its own, which it does not use
        catch_up_and_die(getenv(kStore));
      },
      testing::KilledBySignal(SIGKILL), "");
  unsetenv(kStore);
  const int left = numbered(*open_or_fail(directory.path("store")));
  EXPECT_GT(left, 0);
  EXPECT_LE(left, kBatchesOfTheKilled);
}

TEST(RocksViewStoreTest, ATornLastWriteIsLeftOutAndWhatIsBeforeItStays) {
  const TemporaryDirectory directory;
  const auto store = open_or_fail(directory.path("store"));
  put(*store, Table::archive, archive_key(0_index), "event");
  put(*store, Table::archive, archive_key(1_index), std::string(1000, 'x'));
  std::filesystem::copy(directory.path("store"), directory.path("left"),
                        std::filesystem::copy_options::recursive);
  for (const auto& file : std::filesystem::directory_iterator(directory.path("left"))) {
    if (file.path().extension() == ".log") {
      std::filesystem::resize_file(file.path(), file.file_size() - 100);
    }
  }
  const auto left = open_or_fail(directory.path("left"));
  EXPECT_EQ(rows(*left, Table::archive), (RowList{{archive_key(0_index), "event"}}));
}

TEST(RocksViewStoreTest, IsHeldByOneWriter) {
  const TemporaryDirectory directory;
  const auto store = open_or_fail(directory.path("store"));
  const auto second = open_rocks_store(directory.path("store"), {});
  ASSERT_FALSE(second);
  const std::string why = second.error().why;
  EXPECT_EQ(second.error(), Errc::locked) << why;
  EXPECT_NE(why.find(directory.path("store")), std::string::npos) << why;
}

TEST(RocksViewStoreTest, AReaderStandsBesideTheWriterAndWritesNothing) {
  const TemporaryDirectory directory;
  const auto store = open_or_fail(directory.path("store"));
  put(*store, Table::timeline, std::string(kLongKey, 'k'), "row");
  const auto reader = open_or_fail(directory.path("store"), true);
  EXPECT_EQ(rows(*reader, Table::timeline).size(), 1u);
  WriteBatch batch;
  batch.put(Table::meta, "key", "value");
  EXPECT_EQ(reader->apply(batch).error(), Errc::invalid);
  EXPECT_EQ(reader->sync().error(), Errc::invalid);
  EXPECT_EQ(reader->drop(Table::timeline).error(), Errc::invalid);
  put(*store, Table::meta, "later", "value");
  EXPECT_EQ(reader->get(Table::meta, "later").error(), Errc::not_found);
}

TEST(RocksViewStoreTest, AReaderMakesNoStore) {
  const TemporaryDirectory directory;
  RocksStoreSettings settings;
  settings.read_only = true;
  EXPECT_EQ(open_rocks_store(directory.path("none"), settings).error(), Errc::not_found);
  EXPECT_FALSE(std::filesystem::exists(directory.path("none")));
}

TEST(RocksViewStoreTest, ALostOrBrokenFileIsCorrupt) {
  for (const char* broken : {"CURRENT", "MANIFEST"}) {
    const TemporaryDirectory directory;
    auto store = open_or_fail(directory.path("store"));
    put(*store, Table::meta, "key", "value");
    store.reset();
    for (const auto& file : std::filesystem::directory_iterator(directory.path("store"))) {
      const std::string name = file.path().filename();
      if (name.starts_with(broken)) std::filesystem::resize_file(file.path(), 5);
    }
    const auto again = open_rocks_store(directory.path("store"), {});
    ASSERT_FALSE(again) << broken;
    EXPECT_EQ(again.error(), Errc::corrupt) << broken << ": " << again.error().why;
  }
}

TEST(RocksViewStoreTest, ADirectoryThatCannotBeMadeIsAnIoError) {
  const TemporaryDirectory directory;
  std::filesystem::create_symlink("/dev/null", directory.path("file"));
  const auto store = open_rocks_store(directory.path("file/store"), {});
  EXPECT_EQ(store.error(), Errc::io_error);
  EXPECT_NE(store.error().why, "");
}

TEST(RocksViewStoreTest, TakesNothingWhileItsDiskHasTooLittleRoom) {
  const TemporaryDirectory directory;
  RocksStoreSettings settings;
  settings.least_room = std::numeric_limits<std::uint64_t>::max();
  const auto store = open_rocks_store(directory.path("store"), settings);
  ASSERT_TRUE(store);
  WriteBatch batch;
  batch.put(Table::meta, "key", "value");
  EXPECT_EQ((*store)->apply(batch).error(), Errc::no_space);
  EXPECT_EQ((*store)->resume().error(), Errc::no_space);
  EXPECT_EQ((*store)->get(Table::meta, "key").error(), Errc::not_found);
}

// As a disk that takes no more: no file may grow. RocksDB asserts if that log is synced.
TEST(RocksViewStoreTest, AWriteAheadLogThatFailedIsNotTouchedAgain) {
  const TemporaryDirectory directory;
  auto store = open_or_fail(directory.path("store"));
  put(*store, Table::meta, "before", "value");
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit low{1, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &low), 0);
  WriteBatch batch;
  batch.put(Table::meta, "lost", std::string(100'000, 'x'));
  EXPECT_FALSE(store->apply(batch));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_FALSE(store->apply(batch));
  EXPECT_FALSE(store->sync());
  if (store->resume()) {
    EXPECT_TRUE(store->apply(batch));
    EXPECT_TRUE(store->sync());
  }
  store.reset();
  store = open_or_fail(directory.path("store"));
  EXPECT_EQ(store->get(Table::meta, "before").value(), "value");
}

}  // namespace
}  // namespace waybill::projector

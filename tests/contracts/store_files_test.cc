// A journal and views that are opened again and again do not gather a file of each time: every one
// would be held open. What is in them is what was written.
#include "runtime/store_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "ingest/journal_store.h"
#include "projector/archive/archive_key.h"
#include "projector/rocksdb_view_store.h"
#include "tests/contracts/journal_directory.h"
#include "tests/support/temporary_directory.h"

namespace waybill {
namespace {

namespace fs = std::filesystem;
using schemas::SequenceNumber;

constexpr std::uint64_t kStarts = 5 * runtime::kManySmallFiles;
// Those that wait for others, and those that no compaction of level 0 has taken yet.
constexpr std::size_t kMostFiles = 2 * runtime::kManySmallFiles;

std::vector<fs::path> tables_in(const std::string& directory) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ".sst") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string record(std::uint64_t number) { return "record " + std::to_string(number); }

void begin_journals(const ingest::JournalDirectory& directory) {
  for (std::uint64_t number = 1; number <= kStarts; ++number) {
    const auto store = directory.open();
    ASSERT_NE(store, nullptr);
    ingest::JournalWrite write;
    write.first_seq = SequenceNumber(number);
    write.records = {record(number)};
    ASSERT_TRUE(store->commit(write));
  }
}

std::string key(std::uint64_t number) {
  return projector::archive_key(schemas::EventIndex(number));
}

// Each of them archives one event.
void begin_views(const std::string& path, std::uint64_t first, std::uint64_t end) {
  for (std::uint64_t number = first; number < end; ++number) {
    const auto store = projector::open_rocks_store(path, {});
    ASSERT_TRUE(store) << store.error().why;
    projector::WriteBatch batch;
    batch.put(projector::Table::archive, key(number), record(number));
    ASSERT_TRUE((*store)->apply(batch));
  }
}

void expect_archived(const std::string& path, std::uint64_t first, std::uint64_t end) {
  const auto store = projector::open_rocks_store(path, {});
  ASSERT_TRUE(store) << store.error().why;
  for (std::uint64_t number = first; number < end; ++number) {
    const auto found = (*store)->get(projector::Table::archive, key(number));
    ASSERT_TRUE(found) << number << ": " << found.error().message();
    EXPECT_EQ(*found, record(number));
  }
}

TEST(StoreFilesTest, AJournalThatIsOpenedManyTimesHasFewFiles) {
  const ingest::JournalDirectory directory;
  begin_journals(directory);
  EXPECT_LE(tables_in(directory.path()).size(), kMostFiles);
  const auto records = directory.open()->read(SequenceNumber(1), kStarts, SIZE_MAX);
  ASSERT_TRUE(records);
  ASSERT_EQ(records->size(), kStarts);
  for (std::uint64_t number = 1; number <= kStarts; ++number) {
    EXPECT_EQ((*records)[number - 1].value, record(number));
  }
}

TEST(StoreFilesTest, ViewsThatAreOpenedManyTimesHaveFewFiles) {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.path("views");
  begin_views(path, 0, kStarts);
  EXPECT_LE(tables_in(path).size(), kMostFiles);
  expect_archived(path, 0, kStarts);
}

// A compaction that reads it would end all writes of the store.
TEST(StoreFilesTest, AFileThatIsDamagedIsLeftAndTheViewsGoOn) {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.path("views");
  begin_views(path, 0, runtime::kManySmallFiles / 2);
  {
    std::fstream file(tables_in(path).front(), std::ios::in | std::ios::out | std::ios::binary);
    file.put('\xff');
  }
  begin_views(path, runtime::kManySmallFiles / 2, kStarts);
  expect_archived(path, 1, kStarts);
}

}  // namespace
}  // namespace waybill

// What damage leaves of the list of open deliveries, and of table files: the list follows from the
// records and is made of them again; records that are damaged refuse the start, which says where
// and how to go on.
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <fstream>

#include "tests/contracts/journal_directory.h"
#include "tests/support/event_log.h"
#include "tests/support/ordinals.h"

namespace waybill::ingest {

using namespace schemas::ordinal_literals;

namespace {

using runtime::Errc;
using tests::delivery_id;
namespace fs = std::filesystem;

constexpr unsigned kMessages = 200;
// The last of them have no outcome.
constexpr unsigned kOpen = 3;

// Each commit has the mail of some messages, from acceptance to outcome.
constexpr unsigned kMessagesOfCommit = 20;

void write_mail(JournalStore& store) {
  JournalWrite write;
  for (unsigned i = 1; i <= kMessages; ++i) {
    const std::string id = delivery_id(i).bytes();
    if (write.records.empty()) write.first_seq = store.end_seq();
    write.changes.push_back({id, write.first_seq + write.records.size()});
    write.records.push_back(tests::accepted({.message = i, .delivery = i}).SerializeAsString());
    if (i + kOpen <= kMessages) {
      write.records.push_back(tests::forwarded({.message = i, .delivery = i}).SerializeAsString());
      write.changes.push_back({id, std::nullopt});
    }
    if (i % kMessagesOfCommit != 0) continue;
    ASSERT_TRUE(store.commit(write));
    write = {};
  }
  ASSERT_TRUE(store.note(1_seq));
}

std::vector<std::string> open_ids(const JournalStore& store) {
  std::vector<std::string> out;
  for (const OpenDelivery& one : *store.open_deliveries()) out.push_back(one.delivery_id);
  return out;
}

std::vector<std::string> open_as_written() {
  std::vector<std::string> out;
  for (unsigned i = kMessages - kOpen + 1; i <= kMessages; ++i) {
    out.push_back(delivery_id(i).bytes());
  }
  return out;
}

void flip(const fs::path& path, std::uint64_t at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(at));
  const int octet = file.get();
  file.seekp(static_cast<std::streamoff>(at));
  file.put(static_cast<char>(octet ^ 1 << at % 8));
}

// As a process leaves it that was killed, came up again, and was killed again: the records lie in
// table files.
class JournalOpenDamageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const JournalDirectory living;
    const auto store = living.open();
    write_mail(*store);
    const JournalDirectory killed;
    killed.copy_from(living);
    const auto again = killed.open();
    left_.copy_from(killed);
  }

  fs::path newest_manifest() const {
    fs::path newest;
    for (const auto& entry : fs::directory_iterator(damaged_.path())) {
      const bool is_one = entry.path().filename().string().starts_with("MANIFEST");
      if (is_one && entry.path() > newest) newest = entry.path();
    }
    return newest;
  }

  // Table files by the column family that they are of.
  std::vector<fs::path> tables_of(const std::string& family) const {
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* raw = nullptr;
    const auto status = rocksdb::DB::OpenForReadOnly(
        rocksdb::DBOptions(), left_.path(), {{"default", {}}, {"open", {}}}, &handles, &raw);
    EXPECT_TRUE(status.ok()) << status.ToString();
    const std::unique_ptr<rocksdb::DB> db(raw);
    std::vector<rocksdb::LiveFileMetaData> files;
    db->GetLiveFilesMetaData(&files);
    std::vector<fs::path> out;
    for (const auto& file : files) {
      if (file.column_family_name == family) out.push_back(damaged_.path() + file.name);
    }
    for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
    EXPECT_FALSE(out.empty());
    return out;
  }

  // Nothing is missing and nothing is open that has its outcome; or a refusal in words.
  bool opens_as_it_was() {
    const auto opened = open_rocks_journal(damaged_.path());
    if (!opened) {
      EXPECT_EQ(opened.error(), Errc::corrupt) << opened.error().why;
      EXPECT_NE(opened.error().why.find(damaged_.path()), std::string::npos) << opened.error().why;
      return false;
    }
    EXPECT_EQ((*opened)->end_seq(), 1_seq + (2 * kMessages - kOpen));
    EXPECT_EQ(open_ids(**opened), open_as_written());
    return true;
  }

  JournalDirectory left_;
  JournalDirectory damaged_;
};

// Each family's table is told to the manifest in a piece of its own, and the log that they were
// made of is gone by then.
TEST_F(JournalOpenDamageTest, AManifestThatWasCutShortOpensNothingThatHasItsOutcome) {
  damaged_.copy_from(left_);
  const std::uint64_t size = fs::file_size(newest_manifest());
  int opened = 0;
  for (std::uint64_t octets = 1; octets < size; octets += 13) {
    SCOPED_TRACE("octets cut off: " + std::to_string(octets));
    damaged_.copy_from(left_);
    fs::resize_file(newest_manifest(), size - octets);
    opened += opens_as_it_was() ? 1 : 0;
    if (HasFailure()) break;
  }
  EXPECT_GT(opened, 0);
}

TEST_F(JournalOpenDamageTest, ADamagedListOfOpenDeliveriesIsMadeOfTheRecords) {
  for (const fs::path& table : tables_of("open")) {
    const std::uint64_t size = fs::file_size(fs::path(left_.path()) / table.filename());
    for (std::uint64_t at = 0; at < size; at += 181) {
      SCOPED_TRACE(table.filename().string() + " at " + std::to_string(at));
      damaged_.copy_from(left_);
      flip(table, at);
      EXPECT_TRUE(opens_as_it_was());
      if (HasFailure()) return;
    }
  }
}

TEST_F(JournalOpenDamageTest, ADamagedTableOfRecordsIsRefusedByItsNameWithTheWayOn) {
  int refused = 0;
  for (const fs::path& table : tables_of("default")) {
    const std::uint64_t size = fs::file_size(fs::path(left_.path()) / table.filename());
    for (std::uint64_t at = 0; at < size; at += 997) {
      SCOPED_TRACE(table.filename().string() + " at " + std::to_string(at));
      damaged_.copy_from(left_);
      flip(table, at);
      const auto opened = open_rocks_journal(damaged_.path());
      if (opened) continue;
      ++refused;
      const std::string& why = opened.error().why;
      EXPECT_NE(why.find(table.string() + " is damaged (records 1 to "), std::string::npos) << why;
      EXPECT_NE(why.find("move " + damaged_.path() + " away"), std::string::npos) << why;
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(refused, 0);
}

TEST_F(JournalOpenDamageTest, AMissingTableIsRefused) {
  damaged_.copy_from(left_);
  fs::remove(tables_of("default").front());
  const auto opened = open_rocks_journal(damaged_.path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error(), Errc::corrupt);
  EXPECT_NE(opened.error().why.find(tables_of("default").front().filename().string()),
            std::string::npos)
      << opened.error().why;
}

}  // namespace
}  // namespace waybill::ingest

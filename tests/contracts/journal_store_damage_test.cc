// What a crash and a bad disk leave of a journal on RocksDB: a prefix of whole commits, or a
// refusal to open. Never a bad record, never half a commit.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/contracts/journal_directory.h"
#include "tests/support/ordinals.h"

namespace waybill::ingest {

using namespace schemas::ordinal_literals;

namespace {

using runtime::Errc;

constexpr std::uint64_t kCommits = 5;

std::string delivery_of(std::uint64_t commit) { return "delivery-of-no-" + std::to_string(commit); }

std::string text_of(std::uint64_t commit, std::uint64_t index) {
  return "c" + std::to_string(commit) + " r" + std::to_string(index);
}

// The n-th commit has n records, opens the n-th delivery and closes the one before: from the
// records alone it can be told whether a commit is whole, and from the open delivery which one was
// the last.
void write_commits(JournalStore& store) {
  for (std::uint64_t commit = 1; commit <= kCommits; ++commit) {
    JournalWrite write;
    write.first_seq = store.end_seq();
    for (std::uint64_t i = 1; i <= commit; ++i) write.records.push_back(text_of(commit, i));
    write.changes.push_back({delivery_of(commit), write.first_seq});
    if (commit > 1) write.changes.push_back({delivery_of(commit - 1), std::nullopt});
    ASSERT_TRUE(store.commit(write));
  }
}

// How many commits the store has, each checked to be whole, in both families.
std::uint64_t whole_commits(const JournalStore& store) {
  const auto records = store.read(1_seq, 1000, 1 << 20);
  EXPECT_TRUE(records) << records.error().message();
  if (!records) return 0;
  EXPECT_EQ(store.end_seq(), 1_seq + records->size());
  std::uint64_t commits = 0;
  for (std::size_t next = 0; next < records->size(); next += commits) {
    ++commits;
    for (std::size_t i = 0; i < commits; ++i) {
      if (next + i >= records->size()) {
        ADD_FAILURE() << "half of commit " << commits;
        return commits;
      }
      EXPECT_EQ((*records)[next + i].value, text_of(commits, i + 1));
    }
  }
  const auto open = store.open_deliveries();
  EXPECT_TRUE(open);
  EXPECT_EQ(open->size(), commits == 0 ? 0u : 1u);
  if (!open->empty()) {
    EXPECT_EQ(open->front().delivery_id, delivery_of(commits));
  }
  return commits;
}

std::string octets_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(JournalStoreDamageTest, ASecondOpeningIsRefusedWhileTheFirstLives) {
  const JournalDirectory directory;
  auto first = directory.open();
  const auto second = open_rocks_journal(directory.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), Errc::locked) << second.error().why;
  EXPECT_NE(second.error().why, "");
  first.reset();
  EXPECT_NE(directory.open(), nullptr);
}

TEST(JournalStoreDamageTest, ADirectoryThatCannotBeMadeIsAnErrorWithAWord) {
  const auto store = open_rocks_journal("/proc/waybill/journal");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error(), Errc::io_error) << store.error().why;
  EXPECT_NE(store.error().why, "");
}

TEST(JournalStoreDamageTest, AKilledProcessLosesNothingThatWasCommitted) {
  const JournalDirectory living;
  const auto store = living.open();
  write_commits(*store);
  const JournalDirectory killed;
  killed.copy_from(living);
  const auto reopened = killed.open();
  EXPECT_EQ(whole_commits(*reopened), kCommits);
}

TEST(JournalStoreDamageTest, ATornWriteAheadLogLosesItsLastCommitsWholeOrNotAtAll) {
  const JournalDirectory living;
  const auto store = living.open();
  write_commits(*store);
  const JournalDirectory torn;
  const std::uint64_t size = std::filesystem::file_size(living.newest_wal());
  // More than the last commit is long, so that the cut runs over the edge of one.
  constexpr std::uint64_t kLastOctets = 160;
  ASSERT_GT(size, kLastOctets);
  std::uint64_t least = kCommits;
  std::uint64_t before = kCommits;
  for (std::uint64_t cut = 1; cut <= kLastOctets; ++cut) {
    SCOPED_TRACE("octets cut off: " + std::to_string(cut));
    torn.copy_from(living);
    std::filesystem::resize_file(torn.newest_wal(), size - cut);
    const auto opened = torn.open();
    ASSERT_NE(opened, nullptr);
    least = whole_commits(*opened);
    ASSERT_LT(least, kCommits);
    ASSERT_LE(least, before);
    before = least;
    JournalWrite next;
    next.first_seq = opened->end_seq();
    next.records = {"after the crash"};
    ASSERT_TRUE(opened->commit(next));
    ASSERT_EQ(opened->read(next.first_seq, 1, 1)->front().value, "after the crash");
    if (HasFailure()) break;
  }
  EXPECT_LE(least, kCommits - 2) << "the cut never reached the commit before the last";
}

// What was acknowledged is refused as missing, or is there; the last commit alone looks as if a
// crash had cut it short.
TEST(JournalStoreDamageTest, AFlippedBitInTheWriteAheadLogIsRefusedWithItsPlace) {
  const JournalDirectory living;
  const auto store = living.open();
  write_commits(*store);
  const std::string wal = octets_of(living.newest_wal());
  const JournalDirectory damaged;
  int refused = 0;
  // A stride that shares no factor with the sizes of headers: every part of a record is hit.
  for (std::size_t at = 0; at < wal.size(); at += 11) {
    SCOPED_TRACE("bit flipped in octet " + std::to_string(at));
    damaged.copy_from(living);
    std::string bad = wal;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    std::ofstream(damaged.newest_wal(), std::ios::binary) << bad;
    const auto opened = open_rocks_journal(damaged.path());
    if (!opened) {
      ++refused;
      EXPECT_EQ(opened.error(), Errc::corrupt) << opened.error().why;
      EXPECT_NE(opened.error().why.find("is damaged at octet"), std::string::npos);
      continue;
    }
    EXPECT_EQ(whole_commits(**opened), kCommits - 1);
    if (HasFailure()) break;
  }
  EXPECT_GT(refused, 0);
}

// The write-ahead log ends well, and is not all that was there.
TEST(JournalStoreDamageTest, AnEndThatIsMissingIsRefusedWithItsNumberAndTheWayOn) {
  const JournalDirectory living;
  const auto store = living.open();
  write_commits(*store);
  ASSERT_TRUE(store->note(1_seq));
  const JournalDirectory cut;
  cut.copy_from(living);
  std::filesystem::resize_file(cut.newest_wal(), 0);
  const auto refused = open_rocks_journal(cut.path());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Errc::corrupt);
  EXPECT_NE(refused.error().why.find("ends before record 1, and 15 more were acknowledged"),
            std::string::npos)
      << refused.error().why;
  EXPECT_NE(refused.error().why.find("remove " + cut.path() + "/mark"), std::string::npos);
  std::filesystem::remove(cut.path() + "/mark");
  const auto opened = cut.open();
  ASSERT_NE(opened, nullptr);
  EXPECT_NE(opened->id(), store->id());
}

// Its numbers go on behind the views', where a journal that is gone may have given them.
TEST(JournalStoreDamageTest, AJournalThatBeginsElsewhereHasAnotherIdAndIsReadAgain) {
  const JournalDirectory directory;
  auto store = directory.open();
  write_commits(*store);
  const JournalId id = store->id();
  ASSERT_TRUE(store->note(1_seq));
  ASSERT_TRUE(store->begin_at(400_seq, {}));
  EXPECT_NE(store->id(), id);
  EXPECT_NE(store->id(), 0u);
  const JournalDirectory killed_at_once;
  killed_at_once.copy_from(directory);
  EXPECT_EQ(killed_at_once.open()->end_seq(), 400_seq);
  store.reset();
  // Nothing was recorded since: nothing is missing.
  store = directory.open();
  ASSERT_NE(store, nullptr);
  EXPECT_NE(store->id(), id);
  EXPECT_EQ(store->first_seq(), 400_seq);
  const JournalDirectory killed;
  killed.copy_from(directory);
  EXPECT_EQ(killed.open()->end_seq(), 400_seq);
}

TEST(JournalStoreDamageTest, NumbersNeverGoOnUnderAnIdThatMayHaveGivenThem) {
  const JournalDirectory living;
  auto store = living.open();
  write_commits(*store);
  const JournalId id = store->id();
  const JournalDirectory killed;
  killed.copy_from(living);
  EXPECT_NE(killed.open()->id(), id) << "killed";
  store.reset();
  const JournalDirectory copy;
  copy.copy_from(living);
  EXPECT_NE(copy.open()->id(), id) << "an end that was told, in a copy";
  store = living.open();
  EXPECT_EQ(store->id(), id) << "ended well";
  EXPECT_EQ(whole_commits(*store), kCommits);
}

}  // namespace
}  // namespace waybill::ingest

#include "ingest/retention.h"

#include <gtest/gtest.h>

#include <optional>

#include "ingest/memory_journal_store.h"
#include "tests/support/event_log.h"
#include "tests/support/ordinals.h"

namespace waybill::ingest {

using namespace schemas::ordinal_literals;

namespace {

using std::chrono::hours;
using tests::kLogStart;
using tests::kSecond;

// A log in which an event happens every second, trimmed in steps of 10,000 records.
class RetentionTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kRecords = 35'000;
  static constexpr schemas::SequenceNumber kEnd = 1_seq + kRecords;

  void SetUp() override {
    JournalWrite write;
    write.first_seq = 1_seq;
    for (std::uint64_t i = 0; i < kRecords; ++i) {
      schemas::Event event;
      event.set_occurred_at(kLogStart + i * kSecond);
      write.records.push_back(event.SerializeAsString());
    }
    ASSERT_TRUE(store_.commit(write));
    journal_.emplace(store_, JournalLimits());
  }

  // Where the log begins after trimming, `after` seconds from its start.
  schemas::SequenceNumber first_after(Retention retention, schemas::SequenceNumber durable_end,
                                      std::uint64_t after) {
    const auto now = schemas::wall_time(kLogStart + after * kSecond);
    EXPECT_TRUE(trim_journal(*journal_, store_, retention, durable_end, now));
    EXPECT_EQ(store_.end_seq(), kEnd);
    return store_.first_seq();
  }

  MemoryJournalStore store_;
  std::optional<Journal> journal_;
};

// Nothing is that small: age alone decides. Nothing is that large: the limit alone decides.
constexpr std::uint64_t kRoomy = UINT64_MAX;
constexpr std::uint64_t kCrowded = 2;
constexpr std::uint64_t kYear = 365 * 24 * 3600;

TEST_F(RetentionTest, KeepsWhatIsYoung) {
  EXPECT_EQ(first_after({hours(24), kRoomy}, kEnd, 24 * 3600), 1_seq);
}

TEST_F(RetentionTest, LetsWholeStepsGoOnceAllOfThemIsOld) {
  // Record 10,001 is of second 10,000, record 20,001 of second 20,000.
  EXPECT_EQ(first_after({hours(24), kRoomy}, kEnd, 24 * 3600 + 10'000), 1_seq);
  EXPECT_EQ(first_after({hours(24), kRoomy}, kEnd, 24 * 3600 + 10'001), 10'001_seq);
  EXPECT_EQ(first_after({hours(24), kRoomy}, kEnd, 24 * 3600 + 25'000), 20'001_seq);
}

TEST_F(RetentionTest, NeverTrimsWhatTheViewsDoNotHave) {
  EXPECT_EQ(first_after({hours(1), kRoomy}, 1_seq, kYear), 1_seq);
  EXPECT_EQ(first_after({hours(1), kRoomy}, 10'000_seq, kYear), 1_seq);
  EXPECT_EQ(first_after({hours(1), kRoomy}, 10'001_seq, kYear), 10'001_seq);
}

TEST_F(RetentionTest, KeepsTheLastIncompleteStepHoweverOld) {
  EXPECT_EQ(first_after({hours(1), kRoomy}, kEnd, kYear), 30'001_seq);
}

TEST_F(RetentionTest, ACrowdedLogLetsTheYoungGoToo) {
  EXPECT_EQ(first_after({hours(24), kCrowded}, 12'345_seq, 1), 12'345_seq);
  EXPECT_EQ(first_after({hours(24), kCrowded}, 12'345_seq, 1), 12'345_seq)
      << "and no more than the views have";
}

TEST_F(RetentionTest, ACrowdedLogStopsTrimmingBelowHalfOfItsLimit) {
  const std::uint64_t octets = store_.octets();
  const schemas::SequenceNumber first = first_after({hours(24 * 365), octets}, kEnd, 1);
  EXPECT_EQ(first, 20'001_seq);
  EXPECT_LE(store_.octets(), octets / 2);
}

TEST_F(RetentionTest, NeverTrimsAnAcceptanceThatIsOpen) {
  const std::string id(16, 'd');
  ASSERT_TRUE(store_.commit({kEnd, {}, {{id, 12'345_seq}}}));
  EXPECT_EQ(first_after({hours(1), kRoomy}, kEnd, kYear), 10'001_seq);
  EXPECT_EQ(first_after({hours(1), kCrowded}, kEnd, kYear), 12'345_seq);
  ASSERT_TRUE(store_.commit({kEnd, {}, {{id, std::nullopt}}}));
  EXPECT_EQ(first_after({hours(1), kCrowded}, kEnd, kYear), kEnd - 1);
}

TEST_F(RetentionTest, AnEmptyLogIsLeftAlone) {
  MemoryJournalStore empty;
  Journal journal(empty, {});
  const Retention retention{hours(1), kCrowded};
  EXPECT_TRUE(trim_journal(journal, empty, retention, 1_seq, schemas::wall_time(kLogStart)));
  EXPECT_EQ(empty.first_seq(), 1_seq);
}

}  // namespace
}  // namespace waybill::ingest

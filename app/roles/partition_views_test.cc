#include "app/roles/partition_views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "projector/memory_view_store.h"
#include "tests/support/http_world.h"
#include "tests/support/temporary_directory.h"

namespace waybill::app {
namespace {

using std::chrono::seconds;

class OneEnd final : public ingest::LogEnds {
 public:
  std::optional<ingest::LogEnd> of(std::uint32_t) const override { return end; }
  std::chrono::milliseconds on_the_way() const override { return lingers; }
  std::optional<ingest::LogEnd> end;
  std::chrono::milliseconds lingers{0};
};

class PartitionViewsTest : public testing::Test {
 protected:
  PartitionViewsTest() {
    views_.push_back(
        PartitionViews::over(std::make_unique<projector::MemoryViewStore>(), 0).value());
  }
  query::Freshness freshness() { return views_.front()->freshness(ends_, clock_); }

  tests::StillClock clock_;
  OneEnd ends_;
  ManyViews views_;
};

TEST_F(PartitionViewsTest, TheLagIsUnknownBeforeTheLogHasSaidHowFarItGoes) {
  EXPECT_FALSE(freshness().lag);
  EXPECT_FALSE(lag_of(views_, ends_, clock_));
  EXPECT_EQ(views_.front()->behind(ends_), 0U);
}

TEST_F(PartitionViewsTest, TheLagIsUnknownOnceTheLogHasSaidNothingForSomeSeconds) {
  ends_.end = ingest::LogEnd{schemas::LogOffset(3), clock_.now()};
  clock_.move(kEndIsNews);
  EXPECT_EQ(freshness().lag, 3U);
  EXPECT_EQ(lag_of(views_, ends_, clock_), 3U);
  clock_.move(seconds(1));
  EXPECT_FALSE(freshness().lag);
  EXPECT_FALSE(lag_of(views_, ends_, clock_));
  EXPECT_EQ(views_.front()->behind(ends_), 3U);
}

TEST_F(PartitionViewsTest, UpToWhenTheyAreCompleteIsKnownHoweverLongThatIsAgo) {
  ends_.end = ingest::LogEnd{schemas::LogOffset(0), clock_.now()};
  const auto then = clock_.wall();
  ASSERT_EQ(freshness().complete_at, then);
  clock_.move(seconds(60));
  EXPECT_EQ(freshness().complete_at, then);
}

TEST_F(PartitionViewsTest, TheyAreNotCompleteForWhatMayBeOnItsWayToTheLog) {
  ends_.end = ingest::LogEnd{schemas::LogOffset(0), clock_.now()};
  ends_.lingers = seconds(3);
  EXPECT_EQ(freshness().complete_at, clock_.wall() - seconds(3));
  EXPECT_EQ(freshness().on_the_way, seconds(3));
}

// The words are all that an operator has: the process ends with them.
TEST(DamagedViewsTest, AStartThatIsRefusedNamesTheStoreAndTheWayOn) {
  for (const char* const octets : {"MANIFEST-000001", "MANIFEST-999999\n"}) {
    const tests::TemporaryDirectory data;
    ASSERT_TRUE(PartitionViews::open(data.path(""), 3, nullptr));
    const std::string directory = views_directory(data.path(""), 3);
    std::ofstream(directory + "/CURRENT", std::ios::binary) << octets;
    const auto refused = PartitionViews::open(data.path(""), 3, nullptr);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), runtime::Errc::corrupt) << refused.error().why;
    EXPECT_THAT(refused.error().why, testing::HasSubstr(directory + " is damaged: "));
    EXPECT_THAT(refused.error().why, testing::HasSubstr("move " + directory + " away and start"));
  }
}

}  // namespace
}  // namespace waybill::app

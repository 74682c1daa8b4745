#include "app/roles/log_watermark.h"

#include <gtest/gtest.h>

namespace waybill::app {
namespace {

using runtime::Instant;
using schemas::LogOffset;

Instant at(std::int64_t milliseconds) { return Instant(std::chrono::milliseconds(milliseconds)); }

class LogWatermarkTest : public testing::Test {
 protected:
  // Milliseconds; -1: not known.
  std::int64_t complete(std::uint64_t end, std::int64_t asked, std::uint64_t folded) {
    const auto found = mark_.complete({LogOffset(end), at(asked)}, LogOffset(folded));
    if (!found) return -1;
    return std::chrono::duration_cast<std::chrono::milliseconds>(found->time_since_epoch()).count();
  }
  LogWatermark mark_;
};

TEST_F(LogWatermarkTest, WhereNothingIsMissingItIsTheTimeOfTheQuestion) {
  EXPECT_EQ(complete(0, 5, 0), 5);
  EXPECT_EQ(complete(7, 10, 7), 10);
  EXPECT_EQ(complete(7, 11, 7), 11);
}

TEST_F(LogWatermarkTest, NothingIsKnownBeforeTheViewsHaveReachedAnEnd) {
  EXPECT_EQ(complete(100, 1000, 50), -1);
  EXPECT_EQ(complete(200, 2000, 99), -1);
  EXPECT_EQ(complete(300, 3000, 100), 1000);
}

// The views are always behind, and the time goes on with them.
TEST_F(LogWatermarkTest, UnderLoadItFollowsTheEndsThatWereSeen) {
  std::int64_t before = -1;
  for (std::int64_t ms = 0; ms < 60'000; ms += 10) {
    const auto end = static_cast<std::uint64_t>(ms) * 2;
    const std::int64_t found = complete(end, ms, end < 100 ? 0 : end - 100);
    EXPECT_GE(found, before);
    before = found;
  }
  // 100 records are 50 ms, and an end is looked at each 100 ms.
  EXPECT_GE(before, 59'990 - 50 - 100);
}

TEST_F(LogWatermarkTest, ALongLagKeepsItsOldestEnds) {
  for (std::int64_t ms = 0; ms < 600'000; ms += 100) {
    EXPECT_EQ(complete(static_cast<std::uint64_t>(ms) + 1, ms, 0), -1);
  }
  EXPECT_GE(complete(600'000, 600'000, 10'000), 0);
  EXPECT_GE(complete(600'000, 600'100, 599'000), 580'000);
}

}  // namespace
}  // namespace waybill::app

#include "runtime/retry_after.h"

#include <gtest/gtest.h>

namespace waybill::runtime {
namespace {

using std::chrono::seconds;

// 1994-11-06 08:49:37 UTC
constexpr WallTime kThen{seconds(784111777)};

struct RetryCase {
  std::string value;
  std::optional<seconds> wait;
};

const RetryCase kRetries[] = {
    {"120", seconds(120)},
    {"0", seconds(0)},
    {"86400", seconds(86400)},
    {"86401", seconds(86400)},
    {"99999999999999999999", seconds(86400)},
    {"Sun, 06 Nov 1994 08:50:37 GMT", seconds(60)},
    {"Sunday, 06-Nov-94 08:50:37 GMT", seconds(60)},
    {"Sun Nov  6 08:50:37 1994", seconds(60)},
    {"Sun, 06 Nov 1994 08:49:36 GMT", seconds(0)},
    {"Thu, 01 Jan 1970 00:00:00 GMT", seconds(0)},
    {"Thu, 01 Jan 2200 00:00:00 GMT", seconds(86400)},
    {"", std::nullopt},
    {"-5", std::nullopt},
    {"1.5", std::nullopt},
    {"soon", std::nullopt},
    {"Sun, 06 Nov 1994 08:50:37", std::nullopt},
    {"Sun, 06 Nov 1994 08:50:37 GMT ", std::nullopt},
    {"Sun, 31 Feb 1994 08:50:37 GMT", std::nullopt},
    {"Sun, 06 Nov 1994 24:00:00 GMT", std::nullopt},
    {"Sun, 06 Nov 9999 08:50:37 GMT", std::nullopt},
    {"Sun, 06-Nov 1994 08:50:37 GMT", std::nullopt},
    {"Sun,", std::nullopt},
};

TEST(RetryAfterTest, SecondsAndDatesAreAWait) {
  for (const RetryCase& c : kRetries) {
    const auto wait = retry_after(c.value, kThen);
    ASSERT_EQ(wait.has_value(), c.wait.has_value()) << c.value;
    if (wait) {
      EXPECT_EQ(*wait, *c.wait) << c.value;
    }
  }
}

TEST(RetryAfterTest, AYearOfTwoDigitsIsTheOneNearest) {
  EXPECT_EQ(http_date("Sunday, 06-Nov-94 08:49:37 GMT", kThen), kThen);
  const WallTime in_2026{seconds(1'796'000'000)};
  EXPECT_EQ(http_date("Sunday, 06-Nov-94 08:49:37 GMT", in_2026), kThen);
  EXPECT_EQ(http_date("Tuesday, 01-Jan-30 00:00:00 GMT", in_2026),
            WallTime(seconds(1'893'456'000)));
}

}  // namespace
}  // namespace waybill::runtime

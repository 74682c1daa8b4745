#include <gtest/gtest.h>

#include <limits>

#include "schemas/event.h"

namespace waybill::schemas {
namespace {

runtime::WallTime at(std::int64_t unix_nanoseconds) {
  return runtime::WallTime(std::chrono::nanoseconds(unix_nanoseconds));
}

TEST(Rfc3339Test, WritesUtcWithNineDigits) {
  EXPECT_EQ(rfc3339(at(0)), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(rfc3339(at(1'772'366'400'123'456'789)), "2026-03-01T12:00:00.123456789Z");
  EXPECT_EQ(rfc3339(at(951'782'400'000'000'001)), "2000-02-29T00:00:00.000000001Z");
  EXPECT_EQ(rfc3339(at(-1)), "1969-12-31T23:59:59.999999999Z");
}

TEST(Rfc3339Test, ReadsBackEveryTimeItWrites) {
  for (const std::int64_t time :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1'772'366'400'123'456'789},
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    const auto read = parse_rfc3339(rfc3339(at(time)));
    ASSERT_TRUE(read) << time;
    EXPECT_EQ(*read, at(time));
  }
}

TEST(Rfc3339Test, ReadsWhatRfc3339Allows) {
  const struct {
    std::string_view text;
    std::string_view same_as;
  } cases[] = {
      {"2026-03-01T12:00:00Z", "2026-03-01T12:00:00.000000000Z"},
      {"2026-03-01t12:00:00z", "2026-03-01T12:00:00.000000000Z"},
      {"2026-03-01T12:00:00.5Z", "2026-03-01T12:00:00.500000000Z"},
      {"2026-03-01T12:00:00.000000001Z", "2026-03-01T12:00:00.000000001Z"},
      {"2026-03-01T12:00:00+01:30", "2026-03-01T10:30:00.000000000Z"},
      {"2026-03-01T00:15:00-23:59", "2026-03-02T00:14:00.000000000Z"},
      {"2026-03-01T12:00:00-00:00", "2026-03-01T12:00:00.000000000Z"},
      {"1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57.000000000Z"},  // RFC 3339 5.8
      {"1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.870000000Z"},
  };
  for (const auto& c : cases) {
    const auto read = parse_rfc3339(c.text);
    ASSERT_TRUE(read) << c.text;
    EXPECT_EQ(rfc3339(*read), c.same_as);
  }
}

TEST(Rfc3339Test, RefusesWhatIsNoTime) {
  for (const std::string_view text : {"",
                                      "2026-03-01",
                                      "2026-03-01T12:00:00",
                                      "2026-03-01 12:00:00Z",
                                      "2026-03-01T12:00Z",
                                      "2026-02-29T12:00:00Z",
                                      "2026-04-31T12:00:00Z",
                                      "2026-13-01T12:00:00Z",
                                      "2026-00-01T12:00:00Z",
                                      "2026-03-00T12:00:00Z",
                                      "2026-03-01T24:00:00Z",
                                      "2026-03-01T12:60:00Z",
                                      "2026-03-01T12:00:00.Z",
                                      "2026-03-01T12:00:00+0100",
                                      "2026-03-01T12:00:00+24:00",
                                      "2026-03-01T12:00:00+01:60",
                                      "2026-03-01T12:00:00ZZ",
                                      " 2026-03-01T12:00:00Z",
                                      "+2026-03-01T12:00:00Z",
                                      "26-03-01T12:00:00Z",
                                      "2026-3-01T12:00:00Z",
                                      "2016-12-31T23:59:61Z"}) {
    const auto read = parse_rfc3339(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(runtime::errc_of(read.error()), runtime::Errc::invalid) << text;
  }
}

TEST(Rfc3339Test, ReadsTheNearestTimeThatCanBeHeld) {
  EXPECT_EQ(*parse_rfc3339("2016-12-31T23:59:60Z"), *parse_rfc3339("2017-01-01T00:00:00Z"));
  EXPECT_EQ(*parse_rfc3339("2026-03-01T12:00:00.1234567899999Z"),
            *parse_rfc3339("2026-03-01T12:00:00.123456789Z"));
  for (const char* const early : {"0000-01-01T00:00:00Z", "1677-09-21T00:12:43Z"}) {
    EXPECT_EQ(*parse_rfc3339(early), runtime::WallTime::min()) << early;
  }
  for (const char* const late : {"2262-04-12T00:00:00Z", "9999-12-31T23:59:59Z"}) {
    EXPECT_EQ(*parse_rfc3339(late), runtime::WallTime::max()) << late;
  }
}

}  // namespace
}  // namespace waybill::schemas

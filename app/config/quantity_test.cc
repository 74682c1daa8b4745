#include "app/config/quantity.h"

#include <gtest/gtest.h>

namespace waybill::app {
namespace {

TEST(QuantityTest, ReadsSizesInEveryUnit) {
  const struct {
    const char* text;
    std::optional<std::uint64_t> octets;
  } cases[] = {
      {"0 B", 0},
      {"17 B", 17},
      {"17B", 17},
      {"3 KB", 3'000},
      {"3 MB", 3'000'000},
      {"3 GB", 3'000'000'000},
      {"64 KiB", 65'536},
      {"50 MiB", 52'428'800},
      {"8 GiB", 8'589'934'592},
      {"17179869183 GiB", 18446744072635809792ULL},
      {"17179869184 GiB", std::nullopt},  // 2^64
      {"99999999999999999999 B", std::nullopt},
      {"", std::nullopt},
      {"17", std::nullopt},
      {"MiB", std::nullopt},
      {"-1 MiB", std::nullopt},
      {"+1 MiB", std::nullopt},
      {"1.5 MiB", std::nullopt},
      {"1  MiB", std::nullopt},
      {" 1 MiB", std::nullopt},
      {"1 MiB ", std::nullopt},
      {"1 mib", std::nullopt},
      {"1 M", std::nullopt},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_octets(c.text), c.octets) << c.text;
}

TEST(QuantityTest, ReadsTimesInEveryUnit) {
  const struct {
    const char* text;
    std::optional<long> seconds;
  } cases[] = {
      {"300 s", 300},
      {"5 min", 300},
      {"72 h", 259'200},
      {"7 d", 604'800},
      {"7d", 604'800},
      {"2147483647 s", 2147483647},
      {"2147483648 s", std::nullopt},
      {"1 m", std::nullopt},
      {"1 ms", std::nullopt},
      {"1 h 30 min", std::nullopt},
      {"1", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& c : cases) {
    const auto time = parse_duration(c.text);
    ASSERT_EQ(time.has_value(), c.seconds.has_value()) << c.text;
    if (time) {
      EXPECT_EQ(time->count(), *c.seconds) << c.text;
    }
  }
}

TEST(QuantityTest, WritesTheLargestUnitThatDivides) {
  EXPECT_EQ(octets_text(0), "0 B");
  EXPECT_EQ(octets_text(1'000), "1000 B");
  EXPECT_EQ(octets_text(1'536), "1536 B");
  EXPECT_EQ(octets_text(256 << 10), "256 KiB");
  EXPECT_EQ(octets_text(50 << 20), "50 MiB");
  EXPECT_EQ(octets_text(4ULL << 30), "4 GiB");
  EXPECT_EQ(duration_text(std::chrono::seconds(0)), "0 s");
  EXPECT_EQ(duration_text(std::chrono::seconds(90)), "90 s");
  EXPECT_EQ(duration_text(std::chrono::seconds(300)), "5 min");
  EXPECT_EQ(duration_text(std::chrono::hours(5)), "5 h");
  EXPECT_EQ(duration_text(std::chrono::hours(168)), "7 d");
}

TEST(QuantityTest, ReadsBackWhatItWrites) {
  for (const std::uint64_t octets : {1ULL, 999ULL, 1024ULL, 52'428'800ULL, 1ULL << 62}) {
    EXPECT_EQ(parse_octets(octets_text(octets)), octets);
  }
  for (const int seconds : {1, 59, 60, 3'600, 86'400, 86'401}) {
    const std::chrono::seconds time(seconds);
    EXPECT_EQ(parse_duration(duration_text(time)), time);
  }
}

}  // namespace
}  // namespace waybill::app

#include "http/range.h"

#include <gtest/gtest.h>

namespace waybill::http {
namespace {

using What = Wanted::What;

constexpr std::uint64_t kSize = 1000;

Wanted of(std::string_view range, std::uint64_t size = kSize) {
  return wanted_of(range, "", "\"v1\"", size);
}

Part part(std::string_view range, std::uint64_t size = kSize) {
  const Wanted out = of(range, size);
  EXPECT_EQ(out.what, What::part) << range;
  return out.part;
}

// RFC 9110 14.1.2
TEST(RangeTest, APartIsNamedFromItsFirstOctetToItsLast) {
  EXPECT_EQ(part("bytes=0-499"), (Part{0, 500}));
  EXPECT_EQ(part("bytes=500-"), (Part{500, 500}));
  EXPECT_EQ(part("bytes=-1"), (Part{999, 1}));
  EXPECT_EQ(part("bytes=999-999"), (Part{999, 1}));
  EXPECT_EQ(part("Bytes= 0-0 "), (Part{0, 1}));
}

TEST(RangeTest, WhatIsBeyondTheEndIsCutOff) {
  EXPECT_EQ(part("bytes=500-5000"), (Part{500, 500}));
  EXPECT_EQ(part("bytes=-5000"), (Part{0, 1000}));
  EXPECT_EQ(part("bytes=0-18446744073709551615"), (Part{0, 1000}));
}

TEST(RangeTest, WhatHasNoOctetIsToldSo) {
  for (const char* range :
       {"bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=18446744073709551615-"}) {
    EXPECT_EQ(of(range).what, What::nothing) << range;
  }
  EXPECT_EQ(of("bytes=0-", 0).what, What::nothing);
  EXPECT_EQ(of("bytes=-5", 0).what, What::nothing);
}

TEST(RangeTest, WhatIsNotUnderstoodIsAsIfItWereAbsent) {
  for (const char* range :
       {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=+1-2", "bytes=1--2",
        "bytes=0-1,5-6", "lines=0-5", "bytes=18446744073709551616-", "bytes=0x1-2"}) {
    EXPECT_EQ(of(range).what, What::whole) << range;
  }
}

TEST(RangeTest, APartOfAnotherVersionIsTheWhole) {
  EXPECT_EQ(wanted_of("bytes=1-", "\"v1\"", "\"v1\"", kSize).what, What::part);
  for (const char* if_range : {"\"v2\"", "W/\"v1\"", "Sat, 28 Nov 2026 12:00:00 GMT", "v1"}) {
    EXPECT_EQ(wanted_of("bytes=1-", if_range, "\"v1\"", kSize).what, What::whole) << if_range;
  }
}

TEST(RangeTest, TheAnswerSaysWhichPartItIs) {
  EXPECT_EQ(content_range({0, 500}, 1000), "bytes 0-499/1000");
  EXPECT_EQ(content_range_of_nothing(1000), "bytes */1000");
}

}  // namespace
}  // namespace waybill::http

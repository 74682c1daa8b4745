#include "query/feed/place.h"

#include <gtest/gtest.h>

#include "runtime/base64url.h"
#include "runtime/crypto.h"
#include "tests/support/ordinals.h"

namespace waybill::query::feed {

using namespace schemas::ordinal_literals;

namespace {

using runtime::Errc;

// `octets` with the check that belongs to them, as text.
std::string signed_cursor(std::string octets) {
  const auto digest = runtime::sha256(octets);
  octets.append(reinterpret_cast<const char*>(digest.data()), 4);
  return runtime::to_base64url(octets);
}

// The head of a cursor of version 1 and `count` partitions, below 256.
std::string head(char count) { return std::string("\1\0\0\0", 4) + count; }

TEST(PlaceTest, ComesBackAsItWent) {
  const Place places[] = {{0_index},
                          {42_index},
                          {schemas::EventIndex::last()},
                          {1_index, 0_index, 0x0123456789abcdef_index},
                          Place(kMostPartitions, 7_index)};
  for (const Place& place : places) {
    const auto back = from_cursor(to_cursor(place));
    ASSERT_TRUE(back) << place.size();
    EXPECT_EQ(*back, place);
  }
}

// Those that clients keep are read by every release to come.
TEST(PlaceTest, IsWrittenAsItAlwaysWas) {
  EXPECT_EQ(to_cursor({0_index}), "AQAAAAEAAAAAAAAAANFQVx4");
  EXPECT_EQ(*from_cursor("AQAAAAEAAAAAAAAABP4op7w"), Place{4_index});
}

TEST(PlaceTest, GoesIntoAUrlAndAFieldAsItIs) {
  const std::string text = to_cursor({schemas::EventIndex::last(), 62_index, 63_index});
  EXPECT_EQ(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789-_"),
            std::string::npos);
}

TEST(PlaceTest, EachDamagedOctetIsRefused) {
  const std::string good = *runtime::from_base64url(to_cursor({3_index, 5_index}));
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = good;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      EXPECT_EQ(from_cursor(runtime::to_base64url(damaged)).error(), Errc::invalid)
          << i << ' ' << bit;
    }
  }
}

TEST(PlaceTest, EachCutAndEachAdditionIsRefused) {
  const std::string good = to_cursor({3_index, 5_index});
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(from_cursor(good.substr(0, size)).error(), Errc::invalid) << size;
    EXPECT_EQ(from_cursor(good.substr(good.size() - size)).error(), Errc::invalid) << size;
  }
  for (const char* const more : {"A", "AA", "AAAA", "=", " ", "\n"}) {
    EXPECT_EQ(from_cursor(good + more).error(), Errc::invalid) << more;
    EXPECT_EQ(from_cursor(more + good).error(), Errc::invalid) << more;
  }
}

// Each of these has the check that belongs to it.
TEST(PlaceTest, WhatItNeverWroteIsRefusedWhateverItsCheck) {
  const std::string index(8, '\0');
  ASSERT_TRUE(from_cursor(signed_cursor(head(1) + index)));
  const std::string wrong[] = {
      "",
      std::string(1, '\1'),
      head(0),
      head(1),
      head(1) + index.substr(1),
      head(1) + index + '\0',
      head(1) + index + index,
      head(2) + index,
      // Another version.
      std::string("\2\0\0\0\1", 5) + index,
      // As many partitions as fit in no memory; as many as have no octets in 32 bits.
      std::string("\1\xff\xff\xff\xff", 5) + index,
      std::string("\1\x20\0\0\0", 5),
  };
  for (const std::string& one : wrong) {
    EXPECT_EQ(from_cursor(signed_cursor(one)).error(), Errc::invalid) << runtime::to_base64url(one);
  }
}

TEST(PlaceTest, MorePartitionsThanAnyLogMayHaveAreRefused) {
  EXPECT_EQ(from_cursor(to_cursor(Place(kMostPartitions + 1))).error(), Errc::invalid);
  EXPECT_EQ(from_cursor(to_cursor({})).error(), Errc::invalid);
}

}  // namespace
}  // namespace waybill::query::feed

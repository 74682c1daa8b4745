#include "ingest/acked_offsets.h"

#include <gtest/gtest.h>

#include "tests/support/ordinals.h"

namespace waybill::ingest {

using namespace schemas::ordinal_literals;

namespace {

constexpr LogPlace kPlace{"waybill.deliveries.v1", 3};

schemas::LogOffset offset(std::uint64_t n) { return schemas::LogOffset(n); }
schemas::SequenceNumber seq(std::uint64_t n) { return schemas::SequenceNumber(n); }

// Record n stands at offset n - 1, times ten for numbers: other partitions have the ones between.
AckedOffsets after(std::uint64_t records) {
  AckedOffsets acked;
  for (std::uint64_t n = 0; n < records; ++n) {
    EXPECT_TRUE(acked.add(kPlace, offset(n), seq(10 * n + 1)));
  }
  return acked;
}

TEST(AckedOffsetsTest, KnowsTheEndOfWhatWasAcknowledged) {
  EXPECT_EQ(AckedOffsets().end(kPlace), std::nullopt);
  EXPECT_EQ(after(5).end(kPlace), offset(5));
}

TEST(AckedOffsetsTest, AnOffsetThatWasGivenBeforeIsALogThatLostIt) {
  AckedOffsets acked = after(100);
  EXPECT_TRUE(acked.add(kPlace, offset(100), seq(2'000)));
  EXPECT_FALSE(acked.add(kPlace, offset(100), seq(3'000)));
  EXPECT_FALSE(acked.add(kPlace, offset(7), seq(3'000)));
}

TEST(AckedOffsetsTest, SendsAgainFromNoLaterThanTheFirstThatIsLost) {
  for (const std::uint64_t records : {1, 31, 33, 1'000, 50'000}) {
    for (const std::uint64_t end : {records - 1, records / 2, records / 7, std::uint64_t{1}}) {
      AckedOffsets acked = after(records);
      const auto from = acked.cut(kPlace, offset(end));
      if (!from) {
        EXPECT_EQ(end, 0u) << "the oldest sample stays";
        continue;
      }
      EXPECT_LE(*from, seq(10 * end + 1)) << records << ' ' << end;
      EXPECT_EQ(acked.end(kPlace), offset(end));
      EXPECT_TRUE(acked.add(kPlace, offset(end), *from)) << "goes on there";
    }
  }
}

TEST(AckedOffsetsTest, SendsLittleAgainWhereLittleIsLost) {
  for (const std::uint64_t lost : {1, 10, 100, 1'000}) {
    AckedOffsets acked = after(50'000);
    const auto from = acked.cut(kPlace, offset(50'000 - lost));
    ASSERT_TRUE(from);
    EXPECT_GE(from->value() / 10, 50'000 - 8 * lost - 16) << lost;
  }
}

TEST(AckedOffsetsTest, WhatWasSentAgainBehindLaterOnesIsNotForgotten) {
  AckedOffsets acked = after(100);
  // A producer that was lost: the last ten come once more.
  for (std::uint64_t n = 90; n < 100; ++n) {
    ASSERT_TRUE(acked.add(kPlace, offset(n + 10), seq(10 * n + 1)));
  }
  EXPECT_LE(acked.cut(kPlace, offset(101)), seq(901));
}

TEST(AckedOffsetsTest, ReadsWhatItWrote) {
  AckedOffsets acked = after(1'000);
  ASSERT_TRUE(acked.add({"waybill.control.v1", 0}, offset(4), seq(77)));
  AckedOffsets again;
  ASSERT_TRUE(again.read(acked.text()));
  EXPECT_EQ(again.text(), acked.text());
  EXPECT_EQ(again.end(kPlace), offset(1'000));
  EXPECT_EQ(again.end({"waybill.control.v1", 0}), offset(5));
}

TEST(AckedOffsetsTest, ATextThatIsNotWholeChangesNothing) {
  const std::string whole = after(40).text();
  AckedOffsets acked = after(3);
  for (std::size_t octets = 0; octets + 1 < whole.size(); ++octets) {
    EXPECT_FALSE(acked.read(std::string_view(whole).substr(0, octets))) << octets;
  }
  EXPECT_FALSE(acked.read("t 0 5 1\nt 0 4 2\nend\n")) << "does not ascend";
  EXPECT_FALSE(acked.read("t x 5 1\nend\n"));
  EXPECT_EQ(acked.text(), after(3).text());
}

}  // namespace
}  // namespace waybill::ingest

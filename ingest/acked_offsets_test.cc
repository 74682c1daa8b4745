#include "ingest/acked_offsets.h"

#include <gtest/gtest.h>

#include "tests/support/ordinals.h"

namespace waybill::ingest {

using namespace schemas::ordinal_literals;

namespace {

constexpr LogPlace kPlace{"waybill.deliveries.v1", 3};
constexpr LogPlace kOther{"waybill.control.v1", 0};

TEST(AckedOffsetsTest, KnowsWhatWasAcknowledgedLast) {
  AckedOffsets acked;
  EXPECT_TRUE(acked.all().empty());
  EXPECT_TRUE(acked.add(kPlace, {0_offset, 4_seq}));
  EXPECT_TRUE(acked.add(kPlace, {7_offset, 9_seq})) << "others write there too";
  EXPECT_TRUE(acked.add(kOther, {2_offset, 5_seq}));
  const std::map<LogPlace, AckedRecord> expected = {{kPlace, {7_offset, 9_seq}},
                                                    {kOther, {2_offset, 5_seq}}};
  EXPECT_EQ(acked.all(), expected);
}

TEST(AckedOffsetsTest, AnOffsetThatWasGivenBeforeIsALogThatLostIt) {
  AckedOffsets acked;
  EXPECT_TRUE(acked.add(kPlace, {7_offset, 9_seq}));
  EXPECT_FALSE(acked.add(kPlace, {7_offset, 10_seq}));
  EXPECT_FALSE(acked.add(kPlace, {3_offset, 11_seq}));
  EXPECT_EQ(acked.all().at(kPlace).seq, 9_seq);
  acked.forget(kPlace);
  EXPECT_TRUE(acked.all().empty());
  EXPECT_TRUE(acked.add(kPlace, {4_offset, 12_seq}));
}

TEST(AckedOffsetsTest, ReadsWhatItWrote) {
  AckedOffsets acked;
  ASSERT_TRUE(acked.add(kPlace, {999_offset, 70_seq}));
  ASSERT_TRUE(acked.add(kOther, {4_offset, 71_seq}));
  AckedOffsets again;
  ASSERT_TRUE(again.read(acked.text()));
  EXPECT_EQ(again.all(), acked.all());
}

TEST(AckedOffsetsTest, ATextThatIsNotWholeChangesNothing) {
  AckedOffsets wide;
  ASSERT_TRUE(wide.add(kPlace, {999_offset, 70_seq}));
  ASSERT_TRUE(wide.add(kOther, {4_offset, 71_seq}));
  const std::string whole = wide.text();
  AckedOffsets acked;
  ASSERT_TRUE(acked.add(kPlace, {2_offset, 1_seq}));
  for (std::size_t octets = 0; octets + 1 < whole.size(); ++octets) {
    EXPECT_FALSE(acked.read(std::string_view(whole).substr(0, octets))) << octets;
  }
  EXPECT_FALSE(acked.read("t x 5 1\nend\n"));
  EXPECT_EQ(acked.all().at(kPlace).seq, 1_seq);
}

}  // namespace
}  // namespace waybill::ingest

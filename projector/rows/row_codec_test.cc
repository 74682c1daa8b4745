#include "projector/rows/row_codec.h"

#include <gtest/gtest.h>

namespace waybill::projector {
namespace {

TEST(RowCodecTest, ReadsWhatWasWritten) {
  std::string row;
  RowWriter writer(row);
  writer.octet(200);
  writer.varint(0);
  writer.varint(127);
  writer.varint(128);
  writer.varint(~std::uint64_t{0});
  writer.fixed64(0x0102030405060708);
  writer.string("");
  writer.string(std::string(300, 'x'));
  writer.raw("tail");

  RowReader reader(row);
  EXPECT_EQ(reader.octet(), 200);
  EXPECT_EQ(reader.varint(), 0u);
  EXPECT_EQ(reader.varint(), 127u);
  EXPECT_EQ(reader.varint(), 128u);
  EXPECT_EQ(reader.varint(), ~std::uint64_t{0});
  EXPECT_EQ(reader.fixed64(), 0x0102030405060708u);
  EXPECT_EQ(reader.string(), "");
  EXPECT_EQ(reader.string(), std::string(300, 'x'));
  EXPECT_EQ(reader.rest(), "tail");
  EXPECT_EQ(reader.raw(4), "tail");
  EXPECT_TRUE(reader.at_end());
  EXPECT_TRUE(reader.ok());
}

TEST(RowCodecTest, ADifferenceOfEitherSignIsRead) {
  for (const std::int64_t difference : {0L, 1L, -1L, 63L, -64L, INT64_MAX, INT64_MIN}) {
    std::string row;
    RowWriter(row).zigzag(static_cast<std::uint64_t>(difference));
    EXPECT_EQ(RowReader(row).zigzag(), static_cast<std::uint64_t>(difference));
    EXPECT_EQ(row.size(), difference >= -64 && difference < 64 ? 1u : 10u);
  }
}

TEST(RowCodecTest, ARowCutShortReadsAsZeroAndEmptyAndSaysSo) {
  std::string row;
  RowWriter writer(row);
  writer.varint(300);
  writer.fixed64(7);
  writer.string("address");
  for (std::size_t size = 0; size < row.size(); ++size) {
    RowReader reader(std::string_view(row).substr(0, size));
    reader.varint();
    reader.fixed64();
    reader.string();
    EXPECT_FALSE(reader.ok()) << size;
    EXPECT_EQ(reader.octet(), 0) << size;
    EXPECT_EQ(reader.string(), "") << size;
    EXPECT_FALSE(reader.ok()) << size;
  }
}

TEST(RowCodecTest, AVarintOfTooManyOctetsIsBroken) {
  const std::string endless(11, '\xff');
  RowReader reader(endless);
  EXPECT_EQ(reader.varint(), 0u);
  EXPECT_FALSE(reader.ok());
}

TEST(RowCodecTest, ALengthBeyondTheRowIsBroken) {
  std::string row;
  RowWriter(row).varint(~std::uint64_t{0});
  row += "abc";
  RowReader reader(row);
  EXPECT_EQ(reader.string(), "");
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace waybill::projector

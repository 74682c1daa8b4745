#include "relay/message/header_fields.h"

#include <gtest/gtest.h>

#include <string>

namespace waybill::relay::message {
namespace {

TEST(HeaderFields, AreWhereTheyStand) {
  const std::string block = "From: ann\r\nSubject:  a\r\n b\r\n\tc\r\nTo : bob\r\n\r\nBody: x\r\n";
  const auto fields = split_header(block);
  ASSERT_EQ(fields.size(), 3u);
  EXPECT_EQ(fields[0].octets, "From: ann");
  EXPECT_EQ(fields[0].begin, 0u);
  EXPECT_EQ(fields[0].end, 11u);
  EXPECT_EQ(fields[1].name, "Subject");
  EXPECT_EQ(fields[1].value, "  a\r\n b\r\n\tc");
  EXPECT_EQ(fields[1].octets, "Subject:  a\r\n b\r\n\tc");
  EXPECT_EQ(fields[2].name, "To");
  EXPECT_EQ(fields[2].value, " bob");
  EXPECT_EQ(fields[2].end, block.find("\r\nBody"));
}

TEST(HeaderFields, EndWithTheOctetsToo) {
  const auto fields = split_header("A: b\r\nC: d");
  ASSERT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields[1].octets, "C: d");
  EXPECT_TRUE(split_header("").empty());
  EXPECT_TRUE(split_header("\r\nA: b\r\n").empty());
}

TEST(HeaderFields, ALineWithoutAColonHasNoName) {
  const auto fields = split_header("no colon\r\nA: b\r\n");
  ASSERT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields[0].name, "");
  EXPECT_EQ(fields[0].octets, "no colon");
}

TEST(HeaderFields, BareLineEndsEndLines) {
  for (const std::string end : {"\n", "\r"}) {
    const std::string block = "A: b" + end + "C: d" + end + " e\r\nF: g\r\n";
    const auto fields = split_header(block);
    ASSERT_EQ(fields.size(), 3u);
    EXPECT_EQ(fields[0].octets, "A: b");
    EXPECT_EQ(fields[1].octets, "C: d" + end + " e");
  }
}

TEST(HeaderFields, NamesAreTheSameInAnyCase) {
  const auto fields = split_header("DKIM-signature: x\r\n");
  ASSERT_EQ(fields.size(), 1u);
  EXPECT_TRUE(is_field(fields[0], "DKIM-Signature"));
  EXPECT_FALSE(is_field(fields[0], "DKIM"));
  EXPECT_FALSE(is_field(fields[0], "DKIM-Signatures"));
}

TEST(HeaderFields, PlainLinesHaveTheirEndsInPairs) {
  EXPECT_TRUE(has_plain_lines(""));
  EXPECT_TRUE(has_plain_lines("a\r\n\r\nb"));
  EXPECT_FALSE(has_plain_lines("a\nb"));
  EXPECT_FALSE(has_plain_lines("a\rb"));
  EXPECT_FALSE(has_plain_lines("a\r"));
  EXPECT_FALSE(has_plain_lines("a\r\r\n"));
  EXPECT_FALSE(has_plain_lines(std::string("a\0b", 3)));
}

TEST(HeaderFields, TheBodyBeginsBehindTheFirstEmptyLine) {
  EXPECT_EQ(body_begin("A: b\r\n\r\nbody\r\n\r\nmore"), 8u);
  EXPECT_EQ(body_begin("\r\nbody"), 2u);
  EXPECT_EQ(body_begin("A: b\r\n"), 6u);
  EXPECT_EQ(body_begin("A: b\r\n\r\n"), 8u);
  EXPECT_EQ(body_begin(""), 0u);
}

}  // namespace
}  // namespace waybill::relay::message

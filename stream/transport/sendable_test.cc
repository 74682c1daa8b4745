#include "stream/transport/sendable.h"

#include <gtest/gtest.h>

#include "tests/support/http_sink_world.h"

namespace waybill::stream {
namespace {

using tests::record_of;

struct Utf8Case {
  std::string text;
  bool is;
};

const Utf8Case kUtf8[] = {
    {"", true},
    {"plain text that is longer than a word of the machine", true},
    {"12345678\xc3\xa4", true},
    {"\xf0\x9f\x93\xa8", true},
    {"\xc3", false},
    {"12345678\xff", false},
    {"1234567\xc3(", false},
    {"\xed\xa0\x80", false},      // a surrogate
    {"\xc0\xaf", false},          // overlong
    {"\xf4\x90\x80\x80", false},  // above U+10FFFF
};

TEST(SendableTest, OnlyUtf8IsUtf8) {
  for (const Utf8Case& c : kUtf8) EXPECT_EQ(is_utf8(c.text), c.is) << c.text;
}

TEST(SendableTest, ATextIsAStringOfJson) {
  std::string out = "x";
  append_json(out, std::string_view("a\"\\\n\x01\x1f\0/\xc3\xa4", 10));
  EXPECT_EQ(out, "x\"a\\\"\\\\\\u000a\\u0001\\u001f\\u0000/\xc3\xa4\"");
}

TEST(SendableTest, WhatNoRequestMayHoldIsRefusedAndTheRestIsNoneTheWorse) {
  std::vector<Record> batch = tests::records_of({"1", "2", "3", "4", "5", ""});
  batch[1].body = "{\"a\":\"\xff\"}";
  batch[2].body = "{\n}";
  batch[3].body = "CEF:0|";
  Sendable part = sendable(batch, json_fault);
  EXPECT_EQ(part.places, (std::vector<std::size_t>{0, 4}));
  EXPECT_EQ(tests::fates(part.outcome), "axxxax");
  EXPECT_EQ(part.outcome.records[1].why, "the record is not UTF-8");
  EXPECT_EQ(part.outcome.records[2].why, "the record is not one line");
  part.settle(Fate::confirmed);
  EXPECT_EQ(tests::fates(part.outcome), "cxxxcx");
  const Outcome outcome = part.trouble(Trouble::weather, {runtime::Errc::timeout, "slow"}, {});
  EXPECT_EQ(tests::fates(outcome), "axxxax");
  EXPECT_EQ(outcome.trouble, Trouble::weather);
}

}  // namespace
}  // namespace waybill::stream

#include "tools/dustbin/record.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>

namespace waybill::tools::dustbin {
namespace {

using schemas::Address;

Address address(std::string_view text) { return Address::parse(text).value(); }

Origin origin() {
  Origin out;
  out.at = runtime::WallTime(std::chrono::hours(12) + std::chrono::seconds(61));
  out.client = "127.0.0.1:40000";
  out.helo = "client.example.org";
  out.sender = address("alice@example.org");
  return out;
}

Message message() {
  Message out;
  out.origin = origin();
  out.recipients = {address("bob@example.net"), address("carol@example.net")};
  out.octets = 321;
  out.subject = "Hello";
  out.message_id = "<1@example.org>";
  out.reply = {250, "2.0.0", "Taken"};
  return out;
}

TEST(DustbinRecordTest, ShowsAMessageInOneReadableLine) {
  EXPECT_EQ(line_of(message()),
            "12:01:01Z accepted from <alice@example.org> to <bob@example.net>, "
            "<carol@example.net>, 321 octets, subject \"Hello\", Message-ID <1@example.org>");
}

TEST(DustbinRecordTest, SaysTheReplyOfWhatWasNotAccepted) {
  Message refused = message();
  refused.origin.sender.reset();
  refused.recipients.pop_back();
  refused.subject.clear();
  refused.message_id.clear();
  refused.file = "000007.eml";
  refused.reply = {554, "5.7.1", "No"};
  EXPECT_EQ(line_of(refused),
            "12:01:01Z refused  from <> to <bob@example.net>, 321 octets, no Message-ID, in "
            "000007.eml: 554 5.7.1 No");
}

TEST(DustbinRecordTest, ShowsARefusedRecipient) {
  const Refusal refusal{origin(), "gone@example.net", {450, "4.2.1", "Busy"}};
  EXPECT_EQ(line_of(refusal),
            "12:01:01Z deferred recipient <gone@example.net> from <alice@example.org>: 450 4.2.1 "
            "Busy");
}

TEST(DustbinRecordTest, EscapesWhatWouldActOnATerminal) {
  EXPECT_EQ(escaped("plain, \xc3\xa4 too"), "plain, \xc3\xa4 too");
  EXPECT_EQ(escaped("\x1b[2J\r\n\x7f"), "\\x1b[2J\\x0d\\x0a\\x7f");
  EXPECT_EQ(escaped(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(escaped("C1 \xc2\x9b"), "C1 \\xc2\\x9b");
  EXPECT_EQ(escaped("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(escaped("\\x1b"), "\\\\x1b");
}

TEST(DustbinRecordTest, StaysOneLineWhateverTheClientSent) {
  Message hostile = message();
  hostile.subject = "a\nb\x1b[31m";
  hostile.message_id = "<\r\n>";
  Refusal refusal{origin(), "x\ny", {550, "5.1.1", "two\nlines"}};
  for (const std::string& line :
       {line_of(hostile), line_of(refusal), json_of(hostile), json_of(refusal)}) {
    for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << line;
  }
}

TEST(DustbinRecordTest, GivesAMessageAsJson) {
  Message one = message();
  one.file = "000001.eml";
  const auto json = boost::json::parse(json_of(one)).as_object();
  EXPECT_EQ(json.at("event"), "message");
  EXPECT_EQ(json.at("time"), "1970-01-01T12:01:01.000000000Z");
  EXPECT_EQ(json.at("client"), "127.0.0.1:40000");
  EXPECT_EQ(json.at("helo"), "client.example.org");
  EXPECT_EQ(json.at("sender"), "alice@example.org");
  EXPECT_EQ(json.at("recipients"), (boost::json::array{"bob@example.net", "carol@example.net"}));
  EXPECT_EQ(json.at("octets"), 321);
  EXPECT_EQ(json.at("subject"), "Hello");
  EXPECT_EQ(json.at("message_id"), "<1@example.org>");
  EXPECT_EQ(json.at("reply").at("code"), 250);
  EXPECT_EQ(json.at("reply").at("enhanced"), "2.0.0");
  EXPECT_EQ(json.at("file"), "000001.eml");
}

TEST(DustbinRecordTest, GivesARefusedRecipientAsJson) {
  Refusal refusal{origin(), "gone@example.net", {550, "5.1.1", "No"}};
  refusal.origin.sender.reset();
  const auto json = boost::json::parse(json_of(refusal)).as_object();
  EXPECT_EQ(json.at("event"), "recipient");
  EXPECT_EQ(json.at("sender"), "");
  EXPECT_EQ(json.at("recipient"), "gone@example.net");
  EXPECT_EQ(json.at("reply").at("text"), "No");
}

TEST(DustbinRecordTest, KeepsJsonValidForOctetsThatAreNoText) {
  Message odd = message();
  odd.subject = "caf\xe9";
  EXPECT_EQ(boost::json::parse(json_of(odd)).at("subject"), "caf\xef\xbf\xbd");
}

}  // namespace
}  // namespace waybill::tools::dustbin

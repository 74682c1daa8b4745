#include "relay/message/received.h"

#include <gtest/gtest.h>

#include <cctype>
#include <regex>
#include <vector>

namespace waybill::relay::message {
namespace {

using runtime::WallTime;
using namespace std::chrono_literals;

// 2026-11-24T12:00:00Z, a Tuesday.
constexpr WallTime kNoon{std::chrono::seconds(1795521600)};

Trace trace() {
  Trace out;
  out.helo = "client.example";
  out.client = {boost::asio::ip::make_address("192.0.2.7"), 40001};
  out.host_name = "relay.example";
  out.protocol = "ESMTP";
  out.id = "0190a6f2-7c3e-7d21-8b4f-5a6b7c8d9e0f";
  out.time = kNoon;
  return out;
}

std::string with_helo(std::string_view helo) {
  Trace given = trace();
  given.helo = helo;
  return received_field(given);
}

// RFC 5321 4.4: FROM Extended-Domain, BY Extended-Domain, WITH, ID, a semicolon and the date.
bool is_time_stamp_line(const std::string& field) {
  static const std::regex form(
      R"(Received: from [A-Za-z0-9._:?\[\]-]{1,255} \(\[(IPv6:)?[0-9A-Fa-f:.]+\]\)\r\n)"
      R"(\tby [A-Za-z0-9.-]+ \(Waybill\) with (UTF8)?E?SMTPS? id [0-9a-f-]{36};\r\n)"
      R"(\t(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} )"
      R"([0-9]{2}:[0-9]{2}:[0-9]{2} \+0000\r\n)");
  return std::regex_match(field, form);
}

TEST(ReceivedFieldTest, SaysThatTheMessageCameByTls) {
  Trace given = trace();
  given.protocol = "ESMTPS";
  given.cipher = "TLS_AES_256_GCM_SHA384";
  EXPECT_EQ(received_field(given),
            "Received: from client.example ([192.0.2.7])\r\n"
            "\tby relay.example (Waybill) with ESMTPS id 0190a6f2-7c3e-7d21-8b4f-5a6b7c8d9e0f\r\n"
            "\ttls TLS_AES_256_GCM_SHA384;\r\n"
            "\tTue, 24 Nov 2026 12:00:00 +0000\r\n");
}

TEST(ReceivedFieldTest, SaysWhoGaveWhatToWhomAndWhen) {
  EXPECT_EQ(received_field(trace()),
            "Received: from client.example ([192.0.2.7])\r\n"
            "\tby relay.example (Waybill) with ESMTP id 0190a6f2-7c3e-7d21-8b4f-5a6b7c8d9e0f;\r\n"
            "\tTue, 24 Nov 2026 12:00:00 +0000\r\n");
}

TEST(ReceivedFieldTest, AnAddressIsWrittenAsALiteral) {
  const struct {
    const char* address;
    const char* expected;
  } cases[] = {
      {"192.0.2.7", "([192.0.2.7])"},
      {"2001:db8::7", "([IPv6:2001:db8::7])"},
      {"::1", "([IPv6:::1])"},
  };
  for (const auto& c : cases) {
    Trace given = trace();
    given.client.address = boost::asio::ip::make_address(c.address);
    const std::string field = received_field(given);
    EXPECT_NE(field.find(c.expected), std::string::npos) << field;
    EXPECT_TRUE(is_time_stamp_line(field)) << field;
  }
}

TEST(ReceivedFieldTest, TheHeloNameIsKeptAsFarAsItIsOne) {
  const struct {
    std::string_view helo;
    std::string_view shown;
  } cases[] = {
      {"client.example", "client.example"},
      {"UPPER_case-1.example", "UPPER_case-1.example"},
      {"[192.0.2.7]", "[192.0.2.7]"},
      {"[IPv6:2001:db8::7]", "[IPv6:2001:db8::7]"},
      {"", "unknown"},
      {"two words", "two?words"},
      {"b\xc3\xbc"
       "cher.example",
       "b??cher.example"},
  };
  for (const auto& c : cases) {
    const std::string field = with_helo(c.helo);
    EXPECT_TRUE(field.starts_with("Received: from " + std::string(c.shown) + " (")) << field;
    EXPECT_TRUE(is_time_stamp_line(field)) << field;
  }
}

TEST(ReceivedFieldTest, NothingInAHeloNameBreaksOutOfTheField) {
  const std::string_view names[] = {
      "a\r\nSubject: forged",
      "a\nBcc: x@y.test",
      "a\r\n\r\nbody",
      "a) by forged.example (x",
      "a(comment",
      "a;Tue, 24 Nov 2026",
      "a\tb",
      "\"quoted\\",
      std::string_view("nul\0inside", 10),
      "\x7f\x01\x1b[31m",
      "by",
      "=?utf-8?q?x?=",
      "<a@b>",
  };
  for (const auto name : names) {
    const std::string field = with_helo(name);
    EXPECT_TRUE(is_time_stamp_line(field)) << field;
  }
  for (int octet = 0; octet < 256; ++octet) {
    const char name[] = {'a', static_cast<char>(octet), 'b'};
    const std::string field = with_helo({name, 3});
    EXPECT_TRUE(is_time_stamp_line(field)) << octet;
  }
}

TEST(ReceivedFieldTest, EveryLineIsShortEnoughHoweverLongTheNames) {
  Trace given = trace();
  const std::string long_name(5000, 'x');
  const std::string host(255, 'h');
  given.helo = long_name;
  given.host_name = host;
  given.client.address = boost::asio::ip::make_address("2001:db8:1111:2222:3333:4444:5555:6666");
  const std::string field = received_field(given);
  EXPECT_TRUE(is_time_stamp_line(field)) << field;
  // RFC 5322 2.1.1: 998 octets without the CRLF.
  std::size_t at = 0;
  for (std::size_t end; (end = field.find("\r\n", at)) != std::string::npos; at = end + 2) {
    EXPECT_LE(end - at, 998u);
  }
  EXPECT_EQ(at, field.size());
}

TEST(Rfc5322DateTest, WritesMomentsOfUtc) {
  const struct {
    std::chrono::sys_days day;
    std::chrono::nanoseconds in_day;
    std::string_view expected;
  } cases[] = {
      {std::chrono::year{1970} / 1 / 1, 0ns, "Thu, 1 Jan 1970 00:00:00 +0000"},
      {std::chrono::year{2000} / 2 / 29, 23h + 59min + 59s, "Tue, 29 Feb 2000 23:59:59 +0000"},
      {std::chrono::year{2026} / 11 / 24, 12h, "Tue, 24 Nov 2026 12:00:00 +0000"},
      {std::chrono::year{2026} / 12 / 31, 24h - 1ns, "Thu, 31 Dec 2026 23:59:59 +0000"},
      {std::chrono::year{2027} / 1 / 1, 1h + 2min + 3s, "Fri, 1 Jan 2027 01:02:03 +0000"},
      {std::chrono::year{2038} / 1 / 19, 3h + 14min + 8s, "Tue, 19 Jan 2038 03:14:08 +0000"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(rfc5322_date(WallTime(c.day) + c.in_day), c.expected);
  }
}

}  // namespace
}  // namespace waybill::relay::message

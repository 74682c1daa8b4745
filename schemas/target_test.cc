#include "schemas/target.h"

#include <gtest/gtest.h>

#include <string>

namespace waybill::schemas {
namespace {

using namespace std::string_view_literals;

TEST(TargetTest, ReadsEveryForm) {
  const struct {
    const char* text;
    const char* address;
    int port;  // 0: none
    const char* ip;
    const char* written;
  } cases[] = {
      {"buzz@example.net", "buzz@example.net", 0, "", "buzz@example.net"},
      {"Buzz@Example.NET", "Buzz@example.net", 0, "", "Buzz@example.net"},
      {"buzz@example.net:2525", "buzz@example.net", 2525, "", "buzz@example.net:2525"},
      {"buzz@example.net:1", "buzz@example.net", 1, "", "buzz@example.net:1"},
      {"buzz@example.net:65535", "buzz@example.net", 65535, "", "buzz@example.net:65535"},
      {"buzz@bücher.example", "buzz@xn--bcher-kva.example", 0, "", "buzz@xn--bcher-kva.example"},
      {"buzz@bücher.example:26", "buzz@xn--bcher-kva.example", 26, "",
       "buzz@xn--bcher-kva.example:26"},
      {"c@[192.0.2.7]", "c@[192.0.2.7]", 0, "192.0.2.7", "c@[192.0.2.7]"},
      {"c@[192.0.2.7]:2525", "c@[192.0.2.7]", 2525, "192.0.2.7", "c@[192.0.2.7]:2525"},
      {"c@[IPv6:2001:DB8::7]", "c@[IPv6:2001:db8::7]", 0, "2001:db8::7", "c@[IPv6:2001:db8::7]"},
      {"c@[2001:db8::7]:2525", "c@[IPv6:2001:db8::7]", 2525, "2001:db8::7",
       "c@[IPv6:2001:db8::7]:2525"},
      {"\"a@b:c\"@example.net:25", "\"a@b:c\"@example.net", 25, "", "\"a@b:c\"@example.net:25"},
      {"üser@example.net", "üser@example.net", 0, "", "üser@example.net"},
  };
  for (const auto& c : cases) {
    const auto target = Target::parse(c.text);
    ASSERT_TRUE(target) << c.text << ": " << target.error().why;
    EXPECT_EQ(target->address().text(), c.address) << c.text;
    EXPECT_EQ(target->port().value_or(0), c.port) << c.text;
    EXPECT_EQ(target->ip() ? target->ip()->to_string() : "", c.ip) << c.text;
    EXPECT_EQ(target->text(), c.written) << c.text;
  }
}

TEST(TargetTest, ReadsBackWhatItWrites) {
  for (const char* text : {"a@b.example", "a@b.example:25", "a@[192.0.2.7]:25", "a@[2001:db8::7]",
                           "\"a b\"@b.example:2525"}) {
    const auto target = Target::parse(text);
    ASSERT_TRUE(target) << text;
    const auto again = Target::parse(target->text());
    ASSERT_TRUE(again) << target->text();
    EXPECT_EQ(*again, *target);
  }
}

TEST(TargetTest, SaysWhatItExpected) {
  constexpr std::string_view kForms =
      "expected user@domain, user@domain:port, user@[ip] or user@[ip]:port";
  const struct {
    std::string_view text;
    std::string why;  // before the forms
  } cases[] = {
      {"", ""},
      {"buzz", ""},
      {"@example.net", ""},
      {"buzz@", ""},
      {"buzz@.example.net", ""},
      {"bu zz@example.net", ""},
      {"<buzz@example.net>", ""},
      {"buzz@example.net, a@example.net", ""},
      {"buzz@192.0.2.7", ""},
      {"buzz@bad_name.example", ""},
      {"buzz@example.net\r\n", ""},
      {"bu\0zz@example.net"sv, ""},
      {"buzz@example.net:", "a port is a number from 1 to 65535; "},
      {"buzz@example.net:0", "a port is a number from 1 to 65535; "},
      {"buzz@example.net:65536", "a port is a number from 1 to 65535; "},
      {"buzz@example.net:25:26", "a port is a number from 1 to 65535; "},
      {"buzz@example.net:smtp", "a port is a number from 1 to 65535; "},
      {"c@[192.0.2.7]2525", "a port is a number from 1 to 65535; "},
      {"c@[192.0.2.7", "the address literal has no closing bracket; "},
      {"c@[]", "not an IP address in the brackets; "},
      {"c@[192.0.2]", "not an IP address in the brackets; "},
      {"c@[192.0.2.7\0]"sv, "not an IP address in the brackets; "},
      {"c@[mx.example.net]:25", "not an IP address in the brackets; "},
  };
  for (const auto& c : cases) {
    const auto target = Target::parse(c.text);
    ASSERT_FALSE(target) << c.text;
    EXPECT_EQ(target.error(), runtime::Errc::invalid) << c.text;
    EXPECT_EQ(target.error().why, c.why + std::string(kForms)) << c.text;
  }
}

TEST(TargetTest, DiffersByPort) {
  EXPECT_NE(*Target::parse("a@b.example"), *Target::parse("a@b.example:25"));
  EXPECT_EQ(*Target::parse("a@B.example:25"), *Target::parse("a@b.example:25"));
}

}  // namespace
}  // namespace waybill::schemas

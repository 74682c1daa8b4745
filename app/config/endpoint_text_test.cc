#include "app/config/endpoint_text.h"

#include <gtest/gtest.h>

#include <span>

namespace waybill::app {
namespace {

struct Case {
  const char* text;
  const char* endpoint;  // empty: refused
};

void expect_all(std::span<const Case> cases, std::uint16_t default_port) {
  for (const Case& c : cases) {
    const auto endpoint = parse_endpoint(c.text, default_port);
    EXPECT_EQ(endpoint ? to_string(*endpoint) : "", c.endpoint) << c.text;
  }
}

TEST(EndpointTextTest, AsksForAPortWhereThereIsNoDefault) {
  const Case cases[] = {
      {"127.0.0.1:2525", "127.0.0.1:2525"},
      {"[::1]:2525", "[::1]:2525"},
      {"[2001:DB8:0::1]:25", "[2001:db8::1]:25"},
      {"0.0.0.0:0", "0.0.0.0:0"},
      {"127.0.0.1:65535", "127.0.0.1:65535"},
      {"127.0.0.1:65536", ""},
      {"127.0.0.1:-1", ""},
      {"127.0.0.1:", ""},
      {"127.0.0.1:25x", ""},
      {"127.0.0.1", ""},
      {"127.0.0:25", ""},
      {"[127.0.0.1]:25", ""},
      {"[::1]", ""},
      {"[::1]25", ""},
      {"[::1:25", ""},
      {"[]:25", ""},
      {"::1", ""},
      {"::1:2525", ""},
      {"localhost:25", ""},
      {":25", ""},
      {"", ""},
  };
  expect_all(cases, 0);
}

TEST(EndpointTextTest, TakesTheDefaultPort) {
  const Case cases[] = {
      {"192.0.2.53", "192.0.2.53:53"},
      {"192.0.2.53:5353", "192.0.2.53:5353"},
      {"2001:db8::53", "[2001:db8::53]:53"},
      {"[2001:db8::53]", "[2001:db8::53]:53"},
      {"[2001:db8::53]:5353", "[2001:db8::53]:5353"},
      {"ns.example.org", ""},
  };
  expect_all(cases, 53);
}

}  // namespace
}  // namespace waybill::app

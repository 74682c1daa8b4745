#include "runtime/http_base.h"

#include <gtest/gtest.h>

namespace waybill::runtime {
namespace {

struct GoodCase {
  std::string text;
  bool tls;
  std::string host;
  std::uint16_t port;
  std::string authority;
};

const GoodCase kGood[] = {
    {"http://127.0.0.1:8025", false, "127.0.0.1", 8025, "127.0.0.1:8025"},
    {"http://127.0.0.1:8025/", false, "127.0.0.1", 8025, "127.0.0.1:8025"},
    {"https://node-1.example:8443", true, "node-1.example", 8443, "node-1.example:8443"},
    {"HTTPS://Node-1.Example", true, "node-1.example", 443, "node-1.example:443"},
    {"http://node_1", false, "node_1", 80, "node_1:80"},
    {"http://[::1]", false, "::1", 80, "[::1]:80"},
    {"https://[2001:DB8::1]:65535//", true, "2001:db8::1", 65535, "[2001:db8::1]:65535"},
    {"http://" + std::string(253, 'a'), false, std::string(253, 'a'), 80,
     std::string(253, 'a') + ":80"},
};

TEST(HttpBaseTest, ABaseIsASchemeAHostAndAPort) {
  for (const GoodCase& c : kGood) {
    const auto base = HttpBase::parse(c.text);
    ASSERT_TRUE(base) << c.text;
    EXPECT_EQ(base->tls, c.tls) << c.text;
    EXPECT_EQ(base->host, c.host) << c.text;
    EXPECT_EQ(base->port, c.port) << c.text;
    EXPECT_EQ(base->authority(), c.authority) << c.text;
  }
}

TEST(HttpBaseTest, AnythingElseIsInvalid) {
  const std::string bad[] = {"",
                             "http",
                             "http:",
                             "http://",
                             "http:///",
                             "https://",
                             "ftp://host",
                             "127.0.0.1:8025",
                             "http://:8025",
                             "http://host:",
                             "http://host:0",
                             "http://host:65536",
                             "http://host:-1",
                             "http://host:80x",
                             "http://host:80:80",
                             "http://host/path",
                             "http://host?query",
                             "http://host#part",
                             "http://user@host",
                             "http://a b",
                             "http://a\r\nb",
                             "http://.host",
                             "http://a..b",
                             "http://" + std::string(254, 'a'),
                             "http://::1",
                             "http://[::1",
                             "http://[]",
                             "http://[127.0.0.1]",
                             "http://[fe80::1%eth0]",
                             "http://[::1]8025",
                             "http://[::1]:"};
  for (const std::string& text : bad) {
    const auto base = HttpBase::parse(text);
    ASSERT_FALSE(base) << text;
    EXPECT_EQ(base.error(), Errc::invalid) << text;
  }
}

}  // namespace
}  // namespace waybill::runtime

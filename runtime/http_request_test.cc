#include "runtime/http_request.h"

#include <gtest/gtest.h>

#include "runtime/version.h"

namespace waybill::runtime {
namespace {

HttpRequest get(const std::string& target) {
  HttpRequest out;
  out.base = "http://node-1.test";
  out.target = target;
  return out;
}

HttpRequest with_field(const std::string& name, const std::string& value) {
  HttpRequest out = get("/");
  out.fields.emplace_back(name, value);
  return out;
}

std::string sent(const HttpRequest& request) {
  return octets_of(request, HttpBase::parse(request.base).value());
}

TEST(HttpRequestTest, AGetIsItsLineAndFields) {
  HttpRequest request = get("/a?b=%20c");
  request.fields.emplace_back("Authorization", "Bearer x");
  ASSERT_TRUE(well_formed(request));
  EXPECT_EQ(sent(request),
            "GET /a?b=%20c HTTP/1.1\r\nHost: node-1.test:80\r\nUser-Agent: waybill/" +
                std::string(kRelease) + "\r\nAuthorization: Bearer x\r\n\r\n");
}

TEST(HttpRequestTest, ABodySaysItsLengthAndSoDoesAPostWithoutOne) {
  HttpRequest request = get("/");
  request.method = "POST";
  EXPECT_NE(sent(request).find("\r\nContent-Length: 0\r\n\r\n"), std::string::npos);
  request.body = "hello";
  EXPECT_NE(sent(request).find("\r\nContent-Length: 5\r\n\r\nhello"), std::string::npos);
}

// What gets into a request from outside cannot become a second one.
TEST(HttpRequestTest, NothingThatWouldChangeTheRequestIsWellFormed) {
  for (const std::string target : {"", "x", "http://a/", "/a b", "/a\r\nb", "/\xc3\xa4", "/\x7f"}) {
    EXPECT_FALSE(well_formed(get(target))) << target;
  }
  for (const std::string method : {"", "GET /", "G\r\nX"}) {
    HttpRequest request = get("/");
    request.method = method;
    EXPECT_FALSE(well_formed(request)) << method;
  }
  for (const std::string name : {"", "a b", "a:", "a\r\n", "Host", "host", "CONNECTION",
                                 "Content-length", "Transfer-Encoding"}) {
    EXPECT_FALSE(well_formed(with_field(name, "x"))) << name;
  }
  for (const std::string value : {"a\r\nb", "a\nb", "a\x7f", "\x01"}) {
    EXPECT_FALSE(well_formed(with_field("A", value))) << value;
  }
  EXPECT_FALSE(well_formed(with_field("A", std::string(1, '\0'))));
  for (const std::string value : {"", "a b\tc", "\xc3\xa4"}) {
    EXPECT_TRUE(well_formed(with_field("A", value))) << value;
  }
}

}  // namespace
}  // namespace waybill::runtime

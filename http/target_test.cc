#include "http/target.h"

#include <gtest/gtest.h>

namespace waybill::http {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs(const Request& request) {
  Pairs out;
  for (const auto& [name, value] : request.parameters) out.emplace_back(name, value);
  return out;
}

struct Taken {
  std::string target;
  std::vector<std::string> segments;
  Pairs parameters;
};

class TargetTakenTest : public testing::TestWithParam<Taken> {};

TEST_P(TargetTakenTest, GivesSegmentsAndParametersDecodedOnce) {
  const auto request = parse_target(GetParam().target);
  ASSERT_TRUE(request) << request.error().why;
  EXPECT_EQ(request->segments, GetParam().segments);
  EXPECT_EQ(pairs(*request), GetParam().parameters);
}

INSTANTIATE_TEST_SUITE_P(
    Targets, TargetTakenTest,
    testing::Values(Taken{"/", {""}, {}}, Taken{"/livez", {"livez"}, {}},
                    Taken{"/livez?", {"livez"}, {}}, Taken{"/a//b/", {"a", "", "b", ""}, {}},
                    Taken{"/a%2Fb", {"a/b"}, {}}, Taken{"/a%2525", {"a%25"}, {}},
                    Taken{"/a+b@c:d", {"a+b@c:d"}, {}},
                    Taken{"/gr%C3%BC%c3%9fe%40x", {"gr\u00fc\u00dfe@x"}, {}},
                    Taken{"/x?a=1&b=", {"x"}, {{"a", "1"}, {"b", ""}}},
                    Taken{"/x?a=1+1&a=2", {"x"}, {{"a", "1+1"}, {"a", "2"}}},
                    Taken{"/x?q=a=b/c?d", {"x"}, {{"q", "a=b/c?d"}}},
                    Taken{"/x?%61=%26%3D%23", {"x"}, {{"a", "&=#"}}},
                    Taken{"http://localhost:8025/x?a=1", {"x"}, {{"a", "1"}}},
                    Taken{"http://localhost", {""}, {}}, Taken{"/../etc", {"..", "etc"}, {}}));

struct Refused {
  std::string target;
  std::string because;
};

class TargetRefusedTest : public testing::TestWithParam<Refused> {};

TEST_P(TargetRefusedTest, SaysWhy) {
  const auto request = parse_target(GetParam().target);
  ASSERT_FALSE(request);
  EXPECT_NE(request.error().why.find(GetParam().because), std::string::npos) << request.error().why;
}

INSTANTIATE_TEST_SUITE_P(
    Targets, TargetRefusedTest,
    testing::Values(Refused{"", "begins with \"/\""}, Refused{"livez", "begins with \"/\""},
                    Refused{"*", "begins with \"/\""}, Refused{"https://h/", "begins with \"/\""},
                    Refused{"http://h?x=1", "no path"}, Refused{"/a b", "octet 32"},
                    Refused{"/a\\b", "\"\\\""}, Refused{"/a#b", "\"#\""},
                    Refused{"/gr\u00fc", "octet 195"}, Refused{"/%", "hexadecimal"},
                    Refused{"/%4", "hexadecimal"}, Refused{"/%4g", "hexadecimal"},
                    Refused{"/%00", "UTF-8"}, Refused{"/%0D%0AX", "UTF-8"},
                    Refused{"/%7f", "UTF-8"}, Refused{"/%C3", "UTF-8"}, Refused{"/%C0%AF", "UTF-8"},
                    Refused{"/%ED%A0%80", "UTF-8"}, Refused{"/x?a", "name=value"},
                    Refused{"/x?=1", "name=value"}, Refused{"/x?a=1&", "name=value"},
                    Refused{"/x?a=%zz", "hexadecimal"}));

TEST(TargetTest, TakesNoMoreParametersThanItsLimit) {
  std::string target = "/x?p=1";
  for (std::size_t i = 1; i < kMaxParameters; ++i) target += "&p=1";
  const auto request = parse_target(target);
  EXPECT_TRUE(request) << request.error().why;
  EXPECT_FALSE(parse_target(target + "&p=1"));
}

TEST(TargetTest, WritesWhatItReads) {
  Request request;
  request.segments = {"v1", "a/b?c#d%", "gr\u00fc\u00df+e@x"};
  request.parameters = {{"cursor", "A-_z"}, {"to", "2026-03-01T00:00:00+02:00"}, {"q", "&=%"}};
  const auto again = parse_target(write_target(request));
  ASSERT_TRUE(again) << again.error().why;
  EXPECT_EQ(again->segments, request.segments);
  EXPECT_EQ(pairs(*again), pairs(request));
}

}  // namespace
}  // namespace waybill::http

#include "schemas/route.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>

#include "schemas/limits.h"
#include "tests/support/routes.h"

namespace waybill::schemas {
namespace {

using tests::target;

TEST(RefusalTest, IsACodeAnEnhancedCodeAndAText) {
  const struct {
    const char* text;
    Reply reply;
  } cases[] = {
      {"550 5.7.1 No spam, please", {550, "5.7.1", "No spam, please"}},
      {"550 5.7.1", {550, "5.7.1", "Mail to this address is refused"}},
      {"550 5.7.1 ", {550, "5.7.1", "Mail to this address is refused"}},
      {"551 5.1.6 Moved: b@b.example", {551, "5.1.6", "Moved: b@b.example"}},
      {"550 5.100.999 x", {550, "5.100.999", "x"}},
      {"550 5.0.0  two spaces", {550, "5.0.0", " two spaces"}},
  };
  for (const auto& c : cases) {
    const auto reply = parse_refusal(c.text);
    ASSERT_TRUE(reply) << c.text;
    EXPECT_EQ(*reply, c.reply) << c.text;
  }
}

TEST(RefusalTest, IsNothingElse) {
  for (const std::string text : {
           "",
           "550",
           "550 ",
           "550 No",
           "250 2.0.0 Yes",
           "450 4.7.1 Later",
           "550 4.7.1 Later",
           "550 5.7 No",
           "550 5.7. No",
           "550 5..1 No",
           "550 5.7.1.1 No",
           "550 5.07.1 No",
           "550 5.1000.1 No",
           "550 5.7.x No",
           "560 5.7.1 No",
           "599 5.7.1 No",
           "5500 5.7.1 No",
           " 550 5.7.1 No",
           "550  5.7.1 No",
           "550-5.7.1 No",
           "550 5.7.1 Nö",
           "550 5.7.1 No\r\n250 Yes",
           "550 5.7.1 No\x7f",
       }) {
    EXPECT_FALSE(parse_refusal(text)) << text;
  }
}

TEST(RefusalTest, FitsOneLineOfAReply) {
  const std::string most(490, 'x');
  const auto reply = parse_refusal("550 5.999.999 " + most);
  ASSERT_TRUE(reply);
  EXPECT_EQ(wire(*reply), "550 5.999.999 " + most + "\r\n");
  EXPECT_LE(wire(*reply).size(), 512u);
  EXPECT_FALSE(parse_refusal("550 5.999.999 x" + most));
}

namespace json = boost::json;

constexpr char kRouteText[] =
    R"({"domain":"forward.test","local_part":"fold","subaddress":"+","log_subject":true,)"
    R"("bounces":"absorb","redact":false,"bounce_window":7200,"dmarc":"tag",)"
    R"("dkim_verifies":"domain","door":"ignore","spam":"tag","sign_forwarded":true,)"
    R"("rescue":"rewrite-from","aliases":{)"
    R"("away":{"reject":"551 5.1.6 Moved"},)"
    R"("buzz":{"forward":["b@hop.test:2525","c@[192.0.2.1]"],"bounces":"owner@home.test",)"
    R"("redact":true},"shop":{"forward":["d@hop.test"]},"spam":{"drop":true}},)"
    R"("catch_all":{"forward":["rest@hop.test"],"bounces":"sender"}})";

// What kRouteText says.
DomainRoutes routes() {
  DomainRoutes out;
  out.name = "forward.test";
  out.subaddress_separator = '+';
  out.log_subject = true;
  out.reports_to = {ReportsTo::Whom::nobody};
  out.redact = false;
  out.bounce_window = std::chrono::hours(2);
  out.dmarc = DmarcMode::tag;
  out.dkim_verifies = DkimVerifies::domain;
  out.door = DoorMode::ignore;
  out.spam = SpamMode::tag;
  out.sign_forwarded = true;
  out.rescue = Rescue::rewrite_from;
  const ReportsTo owner{ReportsTo::Whom::owner, target("owner@home.test")};
  out.aliases["away"] = RejectWith{{551, "5.1.6", "Moved"}};
  out.aliases["buzz"] =
      ForwardTo{{target("b@hop.test:2525"), target("c@[192.0.2.1]")}, owner, true};
  out.aliases["shop"] = ForwardTo{{target("d@hop.test")}};
  out.aliases["spam"] = DropSilently{};
  out.catch_all = ForwardTo{{target("rest@hop.test")}, ReportsTo{}};
  return out;
}

TEST(DomainRoutesTest, AreSaidInTheWordsOfTheConfiguration) {
  EXPECT_EQ(to_json(routes()), kRouteText);
  const auto read = domain_routes_from_json(kRouteText);
  ASSERT_TRUE(read) << read.error().why;
  EXPECT_EQ(*read, routes());
}

TEST(DomainRoutesTest, AreSaidWithTheirDefaultsToo) {
  DomainRoutes plain;
  plain.name = "plain.test";
  const auto read = domain_routes_from_json(to_json(plain));
  ASSERT_TRUE(read) << read.error().why;
  EXPECT_EQ(*read, plain);
}

TEST(DomainRoutesTest, AreWholeOrRefused) {
  const json::object whole = json::parse(kRouteText).as_object();
  for (const auto& [name, value] : whole) {
    json::object without = whole;
    without.erase(name);
    EXPECT_FALSE(domain_routes_from_json(json::serialize(without))) << name;
    json::object other = whole;
    other[name] = 7;
    EXPECT_FALSE(domain_routes_from_json(json::serialize(other))) << name;
  }
  json::object more = whole;
  more["colour"] = "red";
  EXPECT_FALSE(domain_routes_from_json(json::serialize(more)));
}

// kRouteText with `value` in place of one member.
runtime::Explained<DomainRoutes> with(const char* member, const char* value) {
  json::object object = json::parse(kRouteText).as_object();
  object[member] = json::parse(value);
  return domain_routes_from_json(json::serialize(object));
}

TEST(DomainRoutesTest, KeepTheRulesOfTheirValues) {
  const struct {
    const char* member;
    const char* value;
    const char* said;
  } cases[] = {
      {"domain", R"("Forward.test")", "route.domain"},
      {"domain", R"("forward.test.")", "route.domain"},
      {"local_part", R"("keep")", "route.local_part"},
      {"subaddress", R"("++")", "route.subaddress"},
      {"subaddress", R"("a")", "route.subaddress"},
      {"bounces", R"("nobody")", "route.bounces"},
      {"bounce_window", "3599", "3600 to 1209600 seconds"},
      {"bounce_window", "1209601", "route.bounce_window"},
      {"bounce_window", "7200.5", "route.bounce_window"},
      {"bounce_window", "1e30", "route.bounce_window"},
      {"dmarc", R"("reject")", "route.dmarc"},
      {"dkim_verifies", R"("all")", "route.dkim_verifies"},
      {"door", R"("open")", "route.door"},
      {"spam", R"("reject")", "route.spam"},
      {"sign_forwarded", R"("yes")", "route.sign_forwarded"},
      {"rescue", R"("on")", "route.rescue"},
      {"aliases", R"({"Buzz":{"drop":true}})", "route.aliases"},
      {"aliases", R"({"a b":{"drop":true}})", "route.aliases"},
      {"aliases", R"({"a":{"drop":false}})", "route.aliases.a.drop"},
      {"aliases", R"({"a":{}})", "route.aliases.a.drop"},
      {"aliases", R"({"a":"b@hop.test"})", "route.aliases.a: expected an object"},
      {"aliases", R"({"a":{"drop":true,"reject":"550 5.7.1 No"}})", "route.aliases.a"},
      {"aliases", R"({"a":{"drop":true,"redact":true}})", "route.aliases.a"},
      {"aliases", R"({"a":{"reject":"250 2.0.0 Yes"}})", "route.aliases.a.reject"},
      {"aliases", R"({"a":{"forward":[]}})", "route.aliases.a.forward"},
      {"aliases", R"({"a":{"forward":["nobody"]}})", "route.aliases.a.forward"},
      {"aliases", R"({"a":{"forward":["b@h.test","b@h.test"]}})", "every address once"},
      {"aliases", R"({"a":{"forward":["b@h.test"],"bounces":7}})", "route.aliases.a.bounces"},
      {"aliases", R"({"a":{"forward":["b@h.test"],"redact":1}})", "route.aliases.a.redact"},
      {"catch_all", R"({"drop":1})", "route.catch_all.drop"},
  };
  for (const auto& c : cases) {
    const auto read = with(c.member, c.value);
    ASSERT_FALSE(read) << c.member << " " << c.value;
    EXPECT_NE(read.error().why.find(c.said), std::string::npos) << read.error().why;
  }
}

TEST(DomainRoutesTest, HaveNoMoreTargetsThanAnAliasMayHave) {
  json::array targets;
  for (std::size_t i = 0; i < kMaxTargets; ++i) {
    targets.push_back(json::value("t" + std::to_string(i) + "@hop.test"));
  }
  const auto alias = [&] {
    return json::serialize(json::object({{"a", json::object({{"forward", targets}})}}));
  };
  EXPECT_TRUE(with("aliases", alias().c_str()));
  targets.push_back("one-more@hop.test");
  EXPECT_FALSE(with("aliases", alias().c_str()));
}

}  // namespace
}  // namespace waybill::schemas

#include "schemas/return_path.h"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "tests/support/return_path.h"

namespace waybill::schemas {
namespace {

namespace json = boost::json;
using runtime::Errc;

constexpr char kText[] =
    R"({"message_id":"0197a3b0-0000-7000-8000-000000000001","alias":"shop@alias.test",)"
    R"("domain":"alias.test","sender":"ann@origin.test","target":"bob@hop.test",)"
    R"("route":"shop","verified":true,"reason":"SPF passed for origin.test","smtputf8":false,)"
    R"("ret":"HDRS","envid":"e1","notify":"NEVER","orcpt":"rfc822;shop",)"
    R"("rfc5322_message_id":"<1@origin.test>","header_from":"Ann@origin.test",)"
    R"("accepted_at":1772366400000000000,"reports":[)"
    R"({"digest":"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff00","done":true},)"
    R"({"digest":"6161616161616161616161616161616161616161616161616161616161616161",)"
    R"("done":false}]})";

json::object whole() { return json::parse(kText).as_object(); }

// What kText says, each value another.
ReturnPath path() {
  ReturnPath out = tests::return_path();
  out.message = *MessageId::parse("0197a3b0-0000-7000-8000-000000000001");
  out.route = "shop";
  out.dsn = {"HDRS", "e1", "NEVER", "rfc822;shop"};
  out.header_from = "Ann@origin.test";
  out.accepted_at = wall_time(1'772'366'400'000'000'000);
  out.reports = {{{}, std::string(31, '\xff') + '\0', true}, {{}, std::string(32, 'a'), false}};
  return out;
}

Event accepted() {
  const ReturnPath from = path();
  Event event;
  event.set_message_id(from.message.bytes());
  event.set_alias(from.alias);
  event.set_domain(from.domain);
  event.set_sender(from.sender);
  event.set_occurred_at(nanoseconds(from.accepted_at));
  auto& body = *event.mutable_accepted();
  body.set_route(from.route);
  body.set_originator_verified(from.verified);
  body.set_originator_reason(from.reason);
  set_dsn_request(*body.mutable_dsn(), from.dsn);
  body.set_rfc5322_message_id(from.rfc5322_message_id);
  body.set_header_from(from.header_from);
  return event;
}

TEST(ReturnPathTest, AnAcceptanceOpensOneWithoutReports) {
  ReturnPath expected = path();
  expected.reports.clear();
  ReturnPath out = path();
  open_return_path(accepted(), expected.target, out);
  EXPECT_EQ(out, expected);
}

TEST(ReturnPathTest, NothingStaysOfThePathThatWasThereBefore) {
  Event bare;
  bare.set_message_id(path().message.bytes());
  bare.mutable_accepted()->set_smtputf8(true);
  ReturnPath expected;
  expected.message = path().message;
  expected.smtputf8 = true;
  ReturnPath out = path();
  open_return_path(bare, "", out);
  EXPECT_EQ(out, expected);
}

TEST(DsnRequestTest, IsEmptyWhereNothingWasAsked) {
  EXPECT_TRUE(DsnRequest().empty());
  EXPECT_FALSE((DsnRequest{"FULL", "", "", ""}.empty()));
  EXPECT_FALSE((DsnRequest{"", "e1", "", ""}.empty()));
  EXPECT_FALSE((DsnRequest{"", "", "NEVER", ""}.empty()));
  EXPECT_FALSE((DsnRequest{"", "", "", "rfc822;a"}.empty()));
}

// The octets that nodes of other releases say and read.
TEST(ReturnPathJsonTest, IsTheSameThereAndBack) {
  EXPECT_EQ(to_json(path()), kText);
  const auto read = return_path_from_json(kText);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, path());
}

TEST(ReturnPathJsonTest, WithoutAnyOneOfItsMembersItIsNone) {
  for (const auto& member : whole()) {
    json::object less = whole();
    less.erase(member.key());
    const auto read = return_path_from_json(json::serialize(less));
    ASSERT_FALSE(read) << member.key();
    EXPECT_EQ(read.error(), Errc::corrupt);
  }
}

TEST(ReturnPathJsonTest, AMemberOfAnotherTypeOrRangeMakesItNone) {
  const std::string digest(64, '0');
  const auto reports = [](json::value report) { return json::array{std::move(report)}; };
  const std::pair<const char*, json::value> cases[] = {
      {"message_id", "no id"},
      {"sender", nullptr},
      {"verified", "true"},
      {"accepted_at", -1},
      {"accepted_at", 1.5},
      {"accepted_at", 1e300},
      {"accepted_at", "1"},
      {"reports", "none"},
      {"reports", reports(1)},
      {"reports", reports(json::object{{"digest", digest.substr(1)}, {"done", true}})},
      {"reports", reports(json::object{{"digest", digest.substr(2)}, {"done", true}})},
      {"reports", reports(json::object{{"digest", digest.substr(1) + "G"}, {"done", true}})},
      {"reports", reports(json::object{{"digest", digest}})},
      {"reports", reports(json::object{{"done", true}})}};
  for (const auto& [name, value] : cases) {
    json::object other = whole();
    other[name] = value;
    EXPECT_FALSE(return_path_from_json(json::serialize(other))) << name << " " << value;
  }
}

TEST(ReturnPathJsonTest, OnlyAnObjectIsOne) {
  for (const char* const text : {"", "[]", "null", "{", "{}"}) {
    EXPECT_EQ(return_path_from_json(text).error(), Errc::corrupt) << text;
  }
}

}  // namespace
}  // namespace waybill::schemas

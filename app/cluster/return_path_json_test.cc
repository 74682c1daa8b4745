#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "app/cluster/remote_return_paths.h"
#include "schemas/event.h"

namespace waybill::app {
namespace {

namespace json = boost::json;
using runtime::Errc;

json::object whole() {
  return json::parse(R"({
    "message_id": "0197a3b0-0000-7000-8000-000000000001", "alias": "shop@forward.test",
    "domain": "forward.test", "sender": "ann@origin.test", "target": "owner@mailbox.test",
    "route": "shop", "verified": true, "reason": "spf", "smtputf8": false, "ret": "HDRS",
    "envid": "e1", "notify": "NEVER", "orcpt": "", "rfc5322_message_id": "<1@origin.test>",
    "header_from": "ann@origin.test", "accepted_at": 1772366400000000000,
    "reports": [{"digest": "00ff", "done": true}]})")
      .as_object();
}

TEST(ReturnPathJsonTest, SaysWhatTheOtherNodeSaid) {
  const auto path = parse_return_path(json::serialize(whole()));
  ASSERT_TRUE(path);
  EXPECT_EQ(path->message.text(), "0197a3b0-0000-7000-8000-000000000001");
  EXPECT_EQ(path->sender, "ann@origin.test");
  EXPECT_EQ(path->notify, "NEVER");
  EXPECT_TRUE(path->verified);
  EXPECT_EQ(path->accepted_at, schemas::wall_time(1'772'366'400'000'000'000));
  ASSERT_EQ(path->reports.size(), 1u);
  EXPECT_EQ(path->reports[0].digest, std::string("\x00\xff", 2));
  EXPECT_TRUE(path->reports[0].done);
}

TEST(ReturnPathJsonTest, WithoutAnyOneOfItsMembersItIsNone) {
  for (const auto& member : whole()) {
    json::object less = whole();
    less.erase(member.key());
    const auto path = parse_return_path(json::serialize(less));
    ASSERT_FALSE(path) << member.key();
    EXPECT_EQ(path.error(), Errc::corrupt);
  }
}

TEST(ReturnPathJsonTest, AMemberOfAnotherTypeOrRangeMakesItNone) {
  const std::pair<const char*, json::value> cases[] = {
      {"message_id", "no id"},
      {"sender", nullptr},
      {"verified", "true"},
      {"accepted_at", -1},
      {"accepted_at", 1.5},
      {"accepted_at", 1e300},
      {"accepted_at", "1"},
      {"reports", "none"},
      {"reports", {1}},
      {"reports", json::array{json::object{{"digest", "0"}, {"done", true}}}},
      {"reports", json::array{json::object{{"digest", "0G"}, {"done", true}}}},
      {"reports", json::array{json::object{{"digest", "00"}}}}};
  for (const auto& [name, value] : cases) {
    json::object other = whole();
    other[name] = value;
    EXPECT_FALSE(parse_return_path(json::serialize(other))) << name << " " << value;
  }
}

}  // namespace
}  // namespace waybill::app

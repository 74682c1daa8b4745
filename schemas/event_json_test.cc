#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <limits>

#include "schemas/event.h"

namespace waybill::schemas {
namespace {

using google::protobuf::util::MessageDifferencer;

Event read(std::string_view json) {
  const auto event = event_from_json(json);
  EXPECT_TRUE(event) << event.error().why;
  return event.value();
}

TEST(EventJsonTest, WritesEachShapeAsTheContractSays) {
  Event event;
  event.set_event_id(std::string(16, '\x1F'));
  event.set_salt("\x01\xAB");
  event.set_occurred_at(1'772'366'400'123'456'789);
  event.set_node_seq(std::numeric_limits<std::uint64_t>::max());
  event.set_sender("");
  auto& body = *event.mutable_bounced();
  body.set_class_(pb::BOUNCE_CLASS_AUTO_REPLY);
  body.set_late(true);
  body.mutable_reply()->set_code(250);
  EXPECT_EQ(to_json(event),
            R"({"kind":"bounced","event_id":"1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f",)"
            R"("occurred_at":"2026-03-01T12:00:00.123456789Z","salt":"01ab",)"
            R"("node_seq":18446744073709551615,"sender":"",)"
            R"("bounced":{"class":"auto_reply","late":true,"reply":{"code":250}}})");
}

TEST(EventJsonTest, ANullSenderIsNotAnAbsentOne) {
  EXPECT_TRUE(read(R"({"kind":"dropped","sender":"","dropped":{}})").has_sender());
  EXPECT_FALSE(read(R"({"kind":"dropped","dropped":{}})").has_sender());
}

TEST(EventJsonTest, AnEnumValueWithoutAWordIsItsNumberBothWays) {
  Event event;
  event.mutable_rejected()->set_stage(static_cast<pb::Stage>(77));
  EXPECT_EQ(to_json(event), R"({"kind":"rejected","rejected":{"stage":77}})");
  EXPECT_TRUE(MessageDifferencer::Equals(read(to_json(event)), event));
}

TEST(EventJsonTest, ADoubleThatIsNoFiniteNumberIsLeftOut) {
  for (const double score :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Event event;
    event.mutable_accepted()->mutable_spam()->set_score(score);
    EXPECT_EQ(to_json(event), R"({"kind":"accepted","accepted":{"spam":{}}})");
  }
}

TEST(EventJsonTest, EveryDoubleComesBackExactly) {
  Event event;
  event.mutable_accepted()->mutable_spam()->set_score(5.1999999999999993);
  EXPECT_EQ(read(to_json(event)).accepted().spam().score(), 5.1999999999999993);
}

TEST(EventJsonTest, ReadsIdsHexAndTimesInEitherCase) {
  const Event event =
      read(R"({"kind":"dropped","event_id":"0190A6F2-7C3E-7D21-8B4F-5A6B7C8D9E0F","salt":"AbCd",)"
           R"("occurred_at":"2026-03-01t13:00:00+01:00","dropped":{}})");
  EXPECT_EQ(event.salt(), "\xAB\xCD");
  EXPECT_EQ(event.event_id().size(), 16u);
  EXPECT_EQ(rfc3339(wall_time(event.occurred_at())), "2026-03-01T12:00:00.000000000Z");
}

TEST(EventJsonTest, RefusesWhatIsNoEventAndSaysWhere) {
  const struct {
    std::string_view json;
    std::string_view why;
  } cases[] = {
      {R"([])", "expected an object"},
      {R"({})", "kind: expected a string"},
      {R"({"kind":7,"dropped":{}})", "kind: expected a string"},
      {R"({"kind":"dropped"})", "dropped: no such body"},
      {R"({"kind":"teleported","teleported":{}})", "teleported: no such name"},
      {R"({"kind":"accepted","dropped":{}})", "kind: the body is of another kind"},
      {R"({"kind":"dropped","dropped":{},"control":{}})", "control: an event has one body"},
      {R"({"kind":"dropped","dropped":null})", "dropped: expected an object"},
      {R"({"kind":"dropped","dropped":{"rule":7}})", "dropped.rule: expected a string"},
      {R"({"kind":"dropped","dropped":{"rule":null}})", "dropped.rule: expected a string"},
      {R"({"kind":"dropped","dropped":{"Rule":"x"}})", "dropped.Rule: no such name"},
      {R"({"kind":"dropped","event_id":"07","dropped":{}})",
       "event_id: expected a hyphenated UUID"},
      {R"({"kind":"dropped","event_id":"","dropped":{}})", "event_id: expected a hyphenated UUID"},
      {R"({"kind":"dropped","salt":"abc","dropped":{}})", "salt: expected pairs of hex digits"},
      {R"({"kind":"dropped","salt":"zz","dropped":{}})", "salt: expected pairs of hex digits"},
      {R"({"kind":"dropped","occurred_at":7,"dropped":{}})", "occurred_at: expected a string"},
      {R"({"kind":"dropped","occurred_at":"noon","dropped":{}})",
       "occurred_at: expected a time of RFC 3339"},
      {R"({"kind":"dropped","node_seq":-1,"dropped":{}})",
       "node_seq: expected a whole number below 2^64"},
      {R"({"kind":"dropped","node_seq":1.0,"dropped":{}})",
       "node_seq: expected a whole number below 2^64"},
      {R"({"kind":"dropped","node_seq":"7","dropped":{}})",
       "node_seq: expected a whole number below 2^64"},
      {R"({"kind":"forwarded","forwarded":{"reply":{"code":4294967296}}})",
       "forwarded.reply.code: expected a whole number below 2^32"},
      {R"({"kind":"forwarded","forwarded":{"reply":{"code":-1}}})",
       "forwarded.reply.code: expected a whole number below 2^32"},
      {R"({"kind":"rejected","rejected":{"stage":"helo"}})", "rejected.stage: no such word"},
      {R"({"kind":"rejected","rejected":{"stage":"unspecified"}})", "rejected.stage: no such word"},
      {R"({"kind":"rejected","rejected":{"stage":3}})", "rejected.stage: expected a word"},
      {R"({"kind":"rejected","rejected":{"stage":4294967299}})", "rejected.stage: expected a word"},
      {R"({"kind":"bounced","bounced":{"late":1}})", "bounced.late: expected true or false"},
      {R"({"kind":"accepted","accepted":{"spam":{"score":"1"}}})",
       "accepted.spam.score: expected a number"},
      {R"({"kind":"accepted","accepted":{"targets":{}}})", "accepted.targets: expected an array"},
      {R"({"kind":"accepted","accepted":{"targets":[{},{"target":1}]}})",
       "accepted.targets[1].target: expected a string"},
      {R"({"kind":"accepted","accepted":{"spam":{"symbols":["a",1]}}})",
       "accepted.spam.symbols[1]: expected a string"},
  };
  for (const auto& c : cases) {
    const auto event = event_from_json(c.json);
    ASSERT_FALSE(event) << c.json;
    EXPECT_EQ(event.error(), runtime::Errc::invalid);
    EXPECT_EQ(event.error().why, c.why);
  }
}

TEST(EventJsonTest, RefusesBrokenJsonAndRepeatedNames) {
  const auto broken = event_from_json(R"({"kind":"dropped","dropped":{})");
  ASSERT_FALSE(broken);
  EXPECT_TRUE(broken.error().why.starts_with("octet ")) << broken.error().why;
  const auto twice = event_from_json(R"({"kind":"dropped","dropped":{"rule":"a","rule":"b"}})");
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().why.find("\"rule\" comes twice"), std::string::npos) << twice.error().why;
}

}  // namespace
}  // namespace waybill::schemas

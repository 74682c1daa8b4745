#include "relay/verdict.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/routes.h"

namespace waybill::relay {
namespace {

using forward::HopAnswer;
using Kind = HopAnswer::Kind;
using By = HopAnswer::By;
using schemas::Event;
using schemas::Reply;
using tests::target;
namespace pb = schemas::pb;

Reply in_short(const pb::Reply& reply) { return schemas::reply_of(reply); }

Subject subject() {
  Subject out;
  out.domain = "d.test";
  out.alias = "info@d.test";
  out.recipient = "Info+x@d.test";
  out.sender = "ann@e.test";
  out.client_ip = "192.0.2.7";
  out.message = schemas::MessageId({1, 2, 3});
  return out;
}

HopAnswer answer(Kind kind, Reply reply) {
  HopAnswer out;
  out.kind = kind;
  out.reply = std::move(reply);
  return out;
}

HopAnswer of_hop(Kind kind, Reply reply) {
  HopAnswer out = answer(kind, std::move(reply));
  out.command = "RCPT";
  out.hop = {"mx.hop.test", {boost::asio::ip::make_address("2001:db8::25"), 2525}};
  return out;
}

Event on_record(const HopAnswer& given) {
  return hop_verdict(subject(), pb::STAGE_RCPT, given, target("bob@hop.test:2525"),
                     schemas::DeliveryId({9}), std::chrono::milliseconds(3));
}

void expect_hop(const pb::NextHop& hop) {
  EXPECT_EQ(hop.mx_host(), "mx.hop.test");
  EXPECT_EQ(hop.ip(), "2001:db8::25");
  EXPECT_EQ(hop.port(), 2525u);
}

TEST(HopVerdictTest, EachKindOfAnswerHasItsEvent) {
  const struct {
    Kind kind;
    std::string_view event;
  } cases[] = {
      {Kind::accepted, "forwarded"},
      {Kind::refused, "rejected"},
      {Kind::deferred, "deferred"},
      {Kind::in_doubt, "in_doubt"},
  };
  for (const auto& c : cases) {
    const Event event = on_record(of_hop(c.kind, {250, "2.0.0", "text"}));
    EXPECT_EQ(schemas::kind_of(event), c.event);
    EXPECT_EQ(event.delivery_id(), schemas::DeliveryId({9}).bytes());
    EXPECT_EQ(event.message_id(), subject().message.bytes());
    EXPECT_EQ(event.domain(), "d.test");
    EXPECT_EQ(event.alias(), "info@d.test");
    EXPECT_EQ(event.sender(), "ann@e.test");
    EXPECT_EQ(event.client_ip(), "192.0.2.7");
  }
}

TEST(HopVerdictTest, AForwardedMessageSaysWhereToAndHowLongItTook) {
  const Event event = on_record(of_hop(Kind::accepted, {250, "2.1.0", "queued as 17"}));
  const pb::Forwarded& body = event.forwarded();
  EXPECT_EQ(body.target(), "bob@hop.test:2525");
  EXPECT_EQ(in_short(body.reply()), (Reply{250, "2.1.0", "queued as 17"}));
  EXPECT_EQ(body.time_spent(), 3'000'000u);
  expect_hop(body.next_hop());
}

TEST(HopVerdictTest, ARefusalSaysWhoRefusedWhatAndWhy) {
  const Event event = on_record(of_hop(Kind::refused, {550, "5.1.1", "no such\nuser"}));
  const pb::Rejected& body = event.rejected();
  EXPECT_EQ(body.stage(), pb::STAGE_RCPT);
  EXPECT_EQ(body.command(), "RCPT");
  EXPECT_EQ(body.by(), pb::VERDICT_BY_NEXT_HOP);
  EXPECT_EQ(body.rule(), "");
  EXPECT_EQ(in_short(body.reply()), (Reply{550, "5.1.1", "no such\nuser"}));
  EXPECT_EQ(body.target(), "bob@hop.test:2525");
  EXPECT_EQ(body.recipient(), "Info+x@d.test");
  expect_hop(body.next_hop());
}

TEST(HopVerdictTest, EachSpeakerIsNamedWithItsRule) {
  const struct {
    By by;
    std::optional<policy::Rule> rule;
    std::string word;
    pb::VerdictBy expected;
  } cases[] = {
      {By::next_hop, std::nullopt, "", pb::VERDICT_BY_NEXT_HOP},
      {By::policy, policy::Rule::no_route, "no-route", pb::VERDICT_BY_POLICY},
      {By::relay, policy::Rule::unreachable, "unreachable", pb::VERDICT_BY_RELAY},
  };
  for (const auto& c : cases) {
    HopAnswer given = answer(Kind::deferred, {451, "4.4.1", "nobody"});
    given.by = c.by;
    given.rule = c.rule;
    const Event event = on_record(given);
    EXPECT_EQ(event.deferred().by(), c.expected);
    EXPECT_EQ(event.deferred().rule(), c.word);
    EXPECT_FALSE(event.deferred().has_next_hop()) << "nobody was tried";
  }
}

TEST(HopVerdictTest, ADoubtKeepsWhatIsKnown) {
  const Event event = on_record(of_hop(Kind::in_doubt, {451, "4.4.2", "no answer to the end"}));
  EXPECT_EQ(event.in_doubt().known(), "no answer to the end");
  EXPECT_EQ(event.in_doubt().target(), "bob@hop.test:2525");
  expect_hop(event.in_doubt().next_hop());
}

TEST(HopVerdictTest, WhatAPeerSaidIsFitForTheLog) {
  const Event event = on_record(of_hop(Kind::refused, {550, "5.nonsense", "a\r\x01 b\xff"}));
  EXPECT_EQ(event.rejected().reply().enhanced(), "");
  const std::string& text = event.rejected().reply().text();
  EXPECT_EQ(text, schemas::clean_reply_text("a\r\x01 b\xff"));
  EXPECT_EQ(text.find('\r'), std::string::npos);
}

TEST(PolicyRefusalTest, TheClassOfTheReplyDecidesTheEvent) {
  const Event rejected =
      policy_refusal(subject(), pb::STAGE_RCPT, policy::refusal_by(policy::Rule::unknown_alias));
  ASSERT_TRUE(rejected.has_rejected());
  EXPECT_EQ(rejected.rejected().by(), pb::VERDICT_BY_POLICY);
  EXPECT_EQ(rejected.rejected().rule(), "unknown-alias");
  EXPECT_EQ(rejected.rejected().command(), "RCPT");
  EXPECT_EQ(rejected.rejected().recipient(), "Info+x@d.test");
  const Event deferred =
      policy_refusal(subject(), pb::STAGE_BODY, policy::refusal_by(policy::Rule::spool));
  ASSERT_TRUE(deferred.has_deferred());
  EXPECT_EQ(deferred.deferred().command(), "body");
  EXPECT_EQ(deferred.deferred().stage(), pb::STAGE_BODY);
}

TEST(BeginEventTest, TheNullReversePathIsASenderAndAnUnknownOneIsNot) {
  Subject null_sender = subject();
  null_sender.sender = "";
  EXPECT_TRUE(begin_event(null_sender).has_sender());
  Subject unknown = subject();
  unknown.sender.reset();
  EXPECT_FALSE(begin_event(unknown).has_sender());
}

}  // namespace
}  // namespace waybill::relay

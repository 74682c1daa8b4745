#include "query/story.h"

#include <gtest/gtest.h>

#include "tests/support/event_log.h"

namespace waybill::query {
namespace {

using namespace std::chrono_literals;
using projector::Delivery;
using runtime::WallTime;
using schemas::Event;
namespace pb = schemas::pb;

constexpr WallTime kHandedOver{std::chrono::sys_days{std::chrono::year{2026} / 11 / 27}};
constexpr WallTime kUntil = kHandedOver + 72h;

Event at(Event event, WallTime time) {
  event.set_occurred_at(schemas::nanoseconds(time));
  return event;
}

Event handed_over() {
  Event event = at(tests::forwarded({}), kHandedOver);
  event.mutable_forwarded()->set_bounce_until(schemas::nanoseconds(kUntil));
  return event;
}

// Of a message that came to the delivery's return path.
Event of_report(Event event, WallTime time) {
  event = at(std::move(event), time);
  event.set_reported_delivery_id(tests::delivery_id(1).bytes());
  return event;
}

Event refused(pb::Stage stage) {
  Event event = tests::rejected({}, pb::VERDICT_BY_POLICY);
  event.mutable_rejected()->set_stage(stage);
  return event;
}

Event put_off(pb::Stage stage) {
  Event event = tests::deferred({});
  event.mutable_deferred()->set_stage(stage);
  return event;
}

Event taken(std::uint64_t octets) {
  Event event = tests::accepted({});
  event.mutable_accepted()->set_size(octets);
  return event;
}

Delivery forwarded_and(std::vector<Event> more) {
  Delivery out;
  out.state = "forwarded";
  out.events.push_back(handed_over());
  for (Event& event : more) out.events.push_back(std::move(event));
  return out;
}

TEST(StoryTest, AHostThatWasNotReachedHasSaidNothing) {
  Delivery delivery;
  delivery.state = "deferred";
  Event event = at(put_off(pb::STAGE_RCPT), kHandedOver);
  pb::Deferred& body = *event.mutable_deferred();
  body.mutable_next_hop()->set_mx_host("mx.hop.test");
  schemas::set_reply(*body.mutable_reply(), {451, "4.4.1", "Not reached"});
  body.set_by(pb::VERDICT_BY_RELAY);
  delivery.events = {event};
  EXPECT_EQ(story_of(delivery, kUntil).front().text, "mx.hop.test: 451 4.4.1 Not reached");
  body.set_by(pb::VERDICT_BY_NEXT_HOP);
  delivery.events = {event};
  EXPECT_EQ(story_of(delivery, kUntil).front().text, "mx.hop.test said: 451 4.4.1 Not reached");
}

TEST(StateAtTest, AWindowThatClosedInSilenceIsSettled) {
  const Delivery delivery = forwarded_and({});
  EXPECT_EQ(state_at(delivery, kUntil), "forwarded");
  EXPECT_EQ(state_at(delivery, kUntil + 1ns), "settled");
  EXPECT_EQ(story_of(delivery, kUntil + 1ns).back().step, "settled");
}

TEST(StateAtTest, WhatCameBackInTheWindowIsNoSilence) {
  const WallTime in = kHandedOver + 1h;
  const struct {
    const char* what;
    const char* state;
    Event event;
  } cases[] = {
      {"a body that was refused", "unclear", of_report(refused(pb::STAGE_BODY), in)},
      {"a body that was put off", "unclear", of_report(put_off(pb::STAGE_BODY), in)},
      {"a report that was taken", "unclear", of_report(taken(900), in)},
      {"a callback that asked for the address", "settled", of_report(refused(pb::STAGE_RCPT), in)},
      {"a notice of ours", "settled", of_report(taken(0), in)},
      {"after the window", "settled", of_report(refused(pb::STAGE_BODY), kUntil + 1ns)},
      {"another event of the delivery", "settled", at(put_off(pb::STAGE_BODY), in)},
  };
  for (const auto& c : cases) {
    const Delivery delivery = forwarded_and({c.event});
    EXPECT_EQ(state_at(delivery, kUntil), "forwarded") << c.what;
    EXPECT_EQ(state_at(delivery, kUntil + 1h), c.state) << c.what;
    EXPECT_EQ(story_of(delivery, kUntil + 1h).back().step, c.state) << c.what;
  }
}

TEST(StateAtTest, OfAnotherStateTimeMakesNothing) {
  Delivery delivery = forwarded_and({});
  for (const char* state : {"bounced", "delivered", "in_doubt"}) {
    delivery.state = state;
    EXPECT_EQ(state_at(delivery, kUntil + 1h), state);
  }
}

TEST(StoryTest, ALogInAndTlsThatIsAskedForAreSaid) {
  Event event = at(tests::accepted({}), kHandedOver);
  event.mutable_accepted()->set_require_tls(true);
  Delivery delivery = forwarded_and({});
  EXPECT_EQ(story_of(delivery, kHandedOver).front().text.find("logged in"), std::string::npos);
  delivery.events.front().mutable_forwarded()->mutable_next_hop()->set_login("PLAIN");
  delivery.events.insert(delivery.events.begin(), event);
  const auto story = story_of(delivery, kHandedOver);
  EXPECT_TRUE(story[0].text.ends_with("; by TLS on the whole way (REQUIRETLS)")) << story[0].text;
  EXPECT_NE(story[1].text.find("; logged in by PLAIN"), std::string::npos) << story[1].text;
}

TEST(StoryTest, ARescueIsSaidOfWhatWasAccepted) {
  Event event = at(tests::accepted({}), kHandedOver);
  event.mutable_accepted()->set_rescue("rewrite-from");
  Delivery delivery = forwarded_and({});
  delivery.events.insert(delivery.events.begin(), event);
  const std::string text = story_of(delivery, kHandedOver).front().text;
  EXPECT_TRUE(text.ends_with("; From names the alias (rescue)")) << text;
}

}  // namespace
}  // namespace waybill::query

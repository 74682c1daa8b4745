#include "query/message_tree.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace waybill::query {
namespace {

namespace json = boost::json;

json::array array(std::string_view text) { return json::parse(text).as_array(); }
json::object object(std::string_view text) { return json::parse(text).as_object(); }

constexpr char kAccepted[] = R"({"event_id": "e1", "kind": "accepted", "message_id": "m",
    "alias": "a@x", "accepted": {"targets": [{"delivery_id": "d1", "target": "t1"},
                                             {"delivery_id": "d2", "target": "t2"}]}})";
constexpr char kForwarded[] = R"({"event_id": "e2", "kind": "forwarded", "message_id": "m",
    "alias": "a@x", "delivery_id": "d1", "forwarded": {"target": "t1"}})";
constexpr char kRefused[] = R"({"event_id": "e3", "kind": "rejected", "message_id": "m",
    "alias": "b@x", "rejected": {"rule": "unknown-alias"}})";
constexpr char kAtBody[] = R"({"event_id": "e4", "kind": "rejected", "message_id": "m",
    "rejected": {"rule": "too-large"}})";
constexpr char kBounced[] = R"({"event_id": "e5", "kind": "bounced", "message_id": "m",
    "alias": "a@x", "delivery_id": "d1", "bounced": {"target": "t1", "report_digest": "f00d"}})";
constexpr char kReport[] = R"({"event_id": "e6", "kind": "accepted", "message_id": "r",
    "reported_delivery_id": "d1", "accepted": {"content_digest": "f00d"}})";
constexpr char kHome[] = R"({"event_id": "e7", "kind": "forwarded", "message_id": "r",
    "delivery_id": "rd", "reported_delivery_id": "d1", "forwarded": {"target": "ann@y"}})";
constexpr char kLate[] = R"({"event_id": "e8", "kind": "rejected", "message_id": "q",
    "reported_delivery_id": "d1", "rejected": {}})";

std::string list(std::initializer_list<const char*> events) {
  std::string out = "[";
  for (const char* event : events) out.append(out.size() > 1 ? "," : "").append(event);
  return out + "]";
}

// What stands at a node, by the last digit of its event's ids.
std::string ids(const json::value& events) {
  std::string out;
  for (const auto& event : events.as_array()) out += event.at("event_id").as_string().back();
  return out;
}

TEST(MessageTreeTest, GoesFromTheMessageToTheWayHome) {
  const auto events = array(list({kAccepted, kForwarded, kRefused, kAtBody, kBounced}));
  const auto delivery =
      object(R"({"state": "bounced", "target": "t1", "story": [], "events": )" +
             list({kAccepted, kForwarded, kBounced, kReport, kHome, kLate}) + "}");
  const auto tree = message_tree(events, {{"d1", delivery}});
  EXPECT_EQ(ids(tree.at("events")), "4");
  const auto& recipients = tree.at("recipients").as_array();
  ASSERT_EQ(recipients.size(), 2U);
  EXPECT_EQ(recipients[0].at("alias"), "a@x");
  EXPECT_EQ(ids(recipients[0].at("events")), "1");
  EXPECT_EQ(recipients[1].at("alias"), "b@x");
  EXPECT_EQ(ids(recipients[1].at("events")), "3");
  EXPECT_TRUE(recipients[1].at("deliveries").as_array().empty());
  const auto& deliveries = recipients[0].at("deliveries").as_array();
  ASSERT_EQ(deliveries.size(), 2U);
  EXPECT_EQ(deliveries[0].at("delivery_id"), "d1");
  EXPECT_EQ(deliveries[0].at("state"), "bounced");
  EXPECT_EQ(ids(deliveries[0].at("events")), "2");
  const auto& reports = deliveries[0].at("reports").as_array();
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].at("message_id"), "r") << "its digest is that of what came";
  EXPECT_EQ(ids(reports[0].at("bounced")), "5");
  EXPECT_EQ(ids(reports[0].at("way_home")), "67");
  EXPECT_EQ(reports[1].at("message_id"), "q");
  EXPECT_EQ(ids(reports[1].at("way_home")), "8");
}

TEST(MessageTreeTest, ADeliveryThatNobodyToldOfHasNoState) {
  const auto tree = message_tree(array(list({kAccepted, kForwarded})), {});
  const auto& deliveries = tree.at("recipients").as_array()[0].at("deliveries").as_array();
  EXPECT_FALSE(deliveries[0].as_object().contains("state"));
  EXPECT_EQ(deliveries[1].at("target"), "t2");
  EXPECT_EQ(ids(deliveries[0].at("events")), "2");
}

TEST(MessageTreeTest, TwoReportsOfOneDigestAreEachOfTheirMessage) {
  std::string again = kReport;
  again.replace(again.find("e6"), 2, "e9");
  again.replace(again.find("\"r\""), 3, "\"s\"");
  const auto delivery = object("{\"events\": " + list({kBounced, kReport, again.c_str()}) + "}");
  const auto tree = message_tree(array(list({kAccepted})), {{"d1", delivery}});
  const auto& reports =
      tree.at("recipients").as_array()[0].at("deliveries").as_array()[0].at("reports").as_array();
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(ids(reports[0].at("way_home")), "6");
  EXPECT_EQ(ids(reports[1].at("way_home")), "9");
}

TEST(MessageTreeTest, NamesEachDeliveryOnce) {
  EXPECT_EQ(deliveries_named(array(list({kAccepted, kForwarded, kBounced, kHome}))),
            (std::vector<std::string>{"d1", "d2"}));
}

TEST(MessageTreeTest, WhatIsNoEventIsPassedOver) {
  const auto odd = array(R"([1, "x", {}, {"accepted": 1}, {"event_id": "z", "accepted":
      {"targets": [1, {}, {"delivery_id": 7}]}, "alias": "a@x"}])");
  EXPECT_TRUE(deliveries_named(odd).empty());
  EXPECT_EQ(message_tree(odd, {}).at("recipients").as_array().size(), 1U);
}

}  // namespace
}  // namespace waybill::query

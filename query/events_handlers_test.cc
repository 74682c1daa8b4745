// Deliveries and messages: the answers that carry whole events.

#include <gtest/gtest.h>

#include "tests/support/query_world.h"

namespace waybill::query {
namespace {

using tests::QueryWorld;

constexpr char kDelivery[] = "/v1/deliveries/019ca945-0a01-7000-8002-000000000001";
constexpr char kMessage[] = "/v1/messages/019ca945-0a01-7000-8001-000000000001";

class EventsHandlersTest : public testing::Test {
 protected:
  void SetUp() override {
    world_.fold(world_.accepted(20));
    world_.fold(world_.forwarded(10));
  }
  QueryWorld world_;
};

TEST_F(EventsHandlersTest, TellADeliveryWithItsEvents) {
  const auto answer = world_.json(kDelivery);
  EXPECT_EQ(answer.at("delivery_id"), "019ca945-0a01-7000-8002-000000000001");
  EXPECT_EQ(answer.at("message_id"), "019ca945-0a01-7000-8001-000000000001");
  EXPECT_EQ(answer.at("state"), "forwarded");
  EXPECT_EQ(answer.at("alias"), "sales@example.org");
  EXPECT_EQ(answer.at("target"), "bob@example.net");
  EXPECT_EQ(answer.at("accepted_at"), "2026-03-01T12:10:00.000000000Z");
  EXPECT_EQ(answer.at("changed_at"), "2026-03-01T12:20:00.000000000Z");
  const auto& events = answer.at("events").as_array();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].at("kind"), "accepted");
  EXPECT_EQ(events[1].at("forwarded").at("reply").at("text"), "Ok: queued");
}

TEST_F(EventsHandlersTest, TellAMessageAsATree) {
  const auto answer = world_.json(std::string(kMessage) + "/tree");
  EXPECT_EQ(answer.at("message_id"), "019ca945-0a01-7000-8001-000000000001");
  EXPECT_EQ(answer.at("more"), false);
  EXPECT_TRUE(answer.contains("as_of"));
  const auto& recipients = answer.at("recipients").as_array();
  ASSERT_EQ(recipients.size(), 1U);
  const auto& deliveries = recipients[0].at("deliveries").as_array();
  ASSERT_EQ(deliveries.size(), 1U);
  EXPECT_EQ(deliveries[0].at("state"), "forwarded");
  EXPECT_EQ(deliveries[0].at("events").as_array().size(), 1U);
  EXPECT_EQ(world_.get("/v1/messages/019ca945-0a01-7000-8001-000000000009/tree").status, 404U);
  EXPECT_EQ(world_.get("/v1/messages/nobody/tree").status, 400U);
}

TEST_F(EventsHandlersTest, TellAMessageWithItsEvents) {
  const auto answer = world_.json(kMessage);
  EXPECT_EQ(answer.at("message_id"), "019ca945-0a01-7000-8001-000000000001");
  EXPECT_EQ(answer.at("events").as_array().size(), 2U);
  EXPECT_EQ(answer.at("as_of").at("index"), 2);
}

TEST_F(EventsHandlersTest, FindMessagesByTheIdOfTheirHeader) {
  world_.fold(world_.accepted(5, 2, 2));
  for (const char* const id : {"one@example.com", "%3Cone%40example.com%3E"}) {
    const auto answer = world_.json("/v1/messages?message_id=" + std::string(id));
    const auto& messages = answer.at("messages").as_array();
    ASSERT_EQ(messages.size(), 2U) << id;
    EXPECT_EQ(messages[0].at("message_id"), "019ca945-0a02-7000-8001-000000000002");
    EXPECT_EQ(messages[0].at("events").as_array().size(), 1U);
    EXPECT_EQ(messages[1].at("events").as_array().size(), 2U);
  }
  const auto one = world_.json("/v1/messages?message_id=one@example.com&limit=1");
  EXPECT_EQ(one.at("messages").as_array().size(), 1U);
  const auto none = world_.json("/v1/messages?message_id=two@example.com");
  EXPECT_TRUE(none.at("messages").as_array().empty());
}

TEST_F(EventsHandlersTest, TellManyEventsInPages) {
  for (unsigned i = 0; i < 1200; ++i) world_.fold(world_.forwarded(9, 1, 2 + i));
  std::size_t events = 0;
  std::size_t most = 0;
  for (std::string target = kMessage; !target.empty();) {
    const auto response = world_.get(target);
    ASSERT_EQ(response.status, 200U) << response.body;
    const auto answer = boost::json::parse(response.body).as_object();
    const std::size_t count = answer.at("events").as_array().size();
    events += count;
    most = std::max(most, count);
    const auto* const cursor = answer.if_contains("next_cursor");
    const std::string link = tests::field(response, "Link");
    target.clear();
    if (cursor == nullptr) break;
    target = std::string(kMessage) + "?cursor=" + tests::text(*cursor);
    EXPECT_EQ(link, "<" + target + ">; rel=\"next\"");
  }
  EXPECT_EQ(events, 1202U);
  EXPECT_EQ(most, projector::kMaxEvents);
}

TEST_F(EventsHandlersTest, PageThroughTheMessagesOfOneHeader) {
  for (unsigned message = 2; message <= 6; ++message) {
    world_.fold(world_.accepted(5, message, message));
  }
  const std::string asked = "/v1/messages?message_id=one@example.com";
  std::size_t messages = 0;
  std::string next;
  do {
    const auto answer = world_.json(asked + "&limit=4" + next);
    messages += answer.at("messages").as_array().size();
    const auto* const cursor = answer.if_contains("next_cursor");
    next = cursor == nullptr ? "" : "&cursor=" + tests::text(*cursor);
    if (!next.empty()) {
      EXPECT_EQ(world_.json("/v1/messages?message_id=two@example.com" + next, 409).at("parameter"),
                "cursor");
    }
  } while (!next.empty());
  EXPECT_EQ(messages, 6U);
}

// "There is none" is true as of a moment only, and the answer says which.
TEST_F(EventsHandlersTest, SayAsOfWhenThereIsNone) {
  world_.health().lag = 3;
  for (const char* const path : {"/v1/deliveries/", "/v1/messages/"}) {
    const auto problem =
        world_.json(std::string(path) + "019ca945-0a09-7000-8002-000000000009", 404);
    EXPECT_EQ(problem.at("code"), "not_found");
    EXPECT_EQ(problem.at("as_of").at("lag"), 3);
    EXPECT_EQ(problem.at("as_of").at("time"), "2026-03-01T12:20:00.000000000Z");
  }
}

TEST_F(EventsHandlersTest, RefuseWhatIsNoId) {
  const std::pair<std::string, std::string> wrong[] = {
      {"/v1/deliveries/1", "id"},
      {"/v1/messages/one@example.com", "id"},
      {"/v1/messages", "message_id"},
      {"/v1/messages?message_id=", "message_id"},
      {"/v1/messages?message_id=a&message_id=b", "message_id"},
      {"/v1/messages?message_id=a&limit=101", "limit"},
      {"/v1/messages?message_id=a&cursor=AA%20AA", "cursor"},
      {std::string(kMessage) + "?cursor=", "cursor"},
      {std::string(kDelivery) + "?limit=5", "limit"},
      {std::string(kMessage) + "?events=all", "events"}};
  for (const auto& [target, parameter] : wrong) {
    const auto problem = world_.json(target, 400);
    EXPECT_EQ(tests::text(problem.at("parameter")), parameter) << target;
  }
  EXPECT_EQ(world_.json("/v1/messages?message_id=a&cursor=AAAA", 409).at("code"), "unknown_cursor");
}

}  // namespace
}  // namespace waybill::query

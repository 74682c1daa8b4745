#include "projector/views/messages.h"

#include <gtest/gtest.h>

#include "tests/support/folded_views.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using tests::EventLog;
using tests::FoldedViews;

schemas::Event accepted_as(unsigned message, const char* rfc5322_message_id) {
  schemas::Event event = tests::accepted({.message = message, .delivery = message});
  event.mutable_accepted()->set_rfc5322_message_id(rfc5322_message_id);
  return event;
}

std::vector<std::string> ids(const std::vector<MessageEvents>& messages) {
  std::vector<std::string> out;
  for (const MessageEvents& message : messages) out.push_back(message.message_id);
  return out;
}

TEST(MessagesTest, AMessageHasItsEventsOldestFirst) {
  EventLog log;
  log.add(tests::accepted({.message = 1}));
  log.add(tests::accepted({.message = 2, .delivery = 2}));
  log.add(tests::forwarded({.message = 1}));
  const FoldedViews views(log);
  const MessageEvents message = views.history().message(tests::message_id(1)).value();
  EXPECT_EQ(message.message_id, tests::message_id(1).text());
  ASSERT_EQ(message.events.size(), 2u);
  EXPECT_TRUE(message.events[0].has_accepted());
  EXPECT_TRUE(message.events[1].has_forwarded());
  EXPECT_EQ(views.history().message(tests::message_id(3)).error(), Errc::not_found);
}

TEST(MessagesTest, AMessageIsFoundByItsMessageIdWithOrWithoutBrackets) {
  EventLog log;
  log.add(accepted_as(1, "<one@origin.test>"));
  const FoldedViews views(log);
  for (const char* asked : {"<one@origin.test>", "one@origin.test"}) {
    const auto found = views.history().by_rfc5322_message_id(asked, 10).value();
    EXPECT_EQ(ids(found), std::vector{tests::message_id(1).text()}) << asked;
  }
  EXPECT_TRUE(views.history().by_rfc5322_message_id("two@origin.test", 10).value().empty());
  EXPECT_TRUE(views.history().by_rfc5322_message_id("", 10).value().empty());
}

TEST(MessagesTest, AMessageIdWrittenTwiceGivesBothMessagesNewestFirst) {
  EventLog log;
  for (unsigned message = 1; message <= 3; ++message)
    log.add(accepted_as(message, "<same@x.test>"));
  const FoldedViews views(log);
  const auto all = views.history().by_rfc5322_message_id("same@x.test", 10).value();
  EXPECT_EQ(ids(all), (std::vector{tests::message_id(3).text(), tests::message_id(2).text(),
                                   tests::message_id(1).text()}));
  const auto two = views.history().by_rfc5322_message_id("same@x.test", 2).value();
  EXPECT_EQ(ids(two), (std::vector{tests::message_id(3).text(), tests::message_id(2).text()}));
}

TEST(MessagesTest, AMessageForSeveralRecipientsIsFoundOnce) {
  EventLog log;
  log.add(tests::accepted({.alias = "a@forward.test", .delivery = 1}));
  log.add(tests::accepted({.alias = "b@forward.test", .delivery = 2}));
  const FoldedViews views(log);
  const auto found = views.history().by_rfc5322_message_id("1@origin.test", 10).value();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].events.size(), 2u);
}

TEST(MessagesTest, AMessageWithoutAMessageIdIsNotFoundByAnEmptyOne) {
  EventLog log;
  log.add(accepted_as(1, ""));
  log.add(accepted_as(2, "<>"));
  const FoldedViews views(log);
  EXPECT_TRUE(views.history().by_rfc5322_message_id("", 10).value().empty());
  EXPECT_TRUE(views.history().by_rfc5322_message_id("<>", 10).value().empty());
}

TEST(MessagesTest, AnotherMessageUnderTheSameHashIsNotGiven) {
  EventLog log;
  log.add(accepted_as(1, "<one@origin.test>"));
  FoldedViews views(log);
  WriteBatch batch;
  batch.put(Table::messages, rfc5322_key("other@origin.test", tests::message_id(1).bytes()), {});
  ASSERT_TRUE(views.store().apply(batch));
  EXPECT_TRUE(views.history().by_rfc5322_message_id("other@origin.test", 10).value().empty());
}

TEST(MessagesTest, AnEventWithoutAMessageHasNoRow) {
  EventLog log;
  log.add(tests::rejected({.message = 0, .delivery = 0}, schemas::pb::VERDICT_BY_POLICY));
  FoldedViews views(log);
  int rows = 0;
  ASSERT_TRUE(views.store().scan(Table::messages, {}, {},
                                 [&](std::string_view, std::string_view) { return ++rows > 0; }));
  EXPECT_EQ(rows, 0);
}

}  // namespace
}  // namespace waybill::projector

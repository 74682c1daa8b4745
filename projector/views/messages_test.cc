#include "projector/views/messages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

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
  const MessageEvents message =
      views.history().message(tests::message_id(1), schemas::Sight::all()).value();
  EXPECT_EQ(message.message_id, tests::message_id(1).text());
  ASSERT_EQ(message.events.size(), 2u);
  EXPECT_TRUE(message.events[0].has_accepted());
  EXPECT_TRUE(message.events[1].has_forwarded());
  EXPECT_EQ(views.history().message(tests::message_id(3), schemas::Sight::all()).error(),
            Errc::not_found);
}

TEST(MessagesTest, AMessageIsFoundByItsMessageIdWithOrWithoutBrackets) {
  EventLog log;
  log.add(accepted_as(1, "<one@origin.test>"));
  const FoldedViews views(log);
  for (const char* asked : {"<one@origin.test>", "one@origin.test"}) {
    const auto found =
        views.history().by_rfc5322_message_id(asked, 10, schemas::Sight::all()).value().messages;
    EXPECT_EQ(ids(found), std::vector{tests::message_id(1).text()}) << asked;
  }
  EXPECT_TRUE(views.history()
                  .by_rfc5322_message_id("two@origin.test", 10, schemas::Sight::all())
                  .value()
                  .messages.empty());
  EXPECT_TRUE(views.history()
                  .by_rfc5322_message_id("", 10, schemas::Sight::all())
                  .value()
                  .messages.empty());
}

TEST(MessagesTest, AMessageIdWrittenTwiceGivesBothMessagesNewestFirst) {
  EventLog log;
  for (unsigned message = 1; message <= 3; ++message)
    log.add(accepted_as(message, "<same@x.test>"));
  const FoldedViews views(log);
  const auto all = views.history()
                       .by_rfc5322_message_id("same@x.test", 10, schemas::Sight::all())
                       .value()
                       .messages;
  EXPECT_EQ(ids(all), (std::vector{tests::message_id(3).text(), tests::message_id(2).text(),
                                   tests::message_id(1).text()}));
  const auto two = views.history()
                       .by_rfc5322_message_id("same@x.test", 2, schemas::Sight::all())
                       .value()
                       .messages;
  EXPECT_EQ(ids(two), (std::vector{tests::message_id(3).text(), tests::message_id(2).text()}));
}

// Whoever sends a message chooses its Message-ID and how many recipients it has.
TEST(MessagesTest, APageIsBoundedInEventsAndTheNextOneGoesOnWhereItEnds) {
  EventLog log;
  const unsigned kDeliveries = 230;
  for (unsigned message = 1; message <= 3; ++message) {
    for (unsigned delivery = 0; delivery < kDeliveries; ++delivery) {
      log.add(accepted_as(message, "<same@x.test>"));
    }
  }
  const FoldedViews views(log);
  std::vector<std::string> seen;
  std::vector<schemas::EventIndex> of_last;
  std::optional<MessagesStart> from;
  int pages = 0;
  do {
    const auto page = views.history()
                          .by_rfc5322_message_id("same@x.test", 10, schemas::Sight::all(), from)
                          .value();
    std::size_t events = 0;
    for (const MessageEvents& message : page.messages) {
      EXPECT_EQ(message.events.size(), message.indexes.size());
      for (const auto index : message.indexes) {
        seen.push_back(message.message_id + " " + std::to_string(index.value()));
      }
      events += message.events.size();
    }
    EXPECT_LE(events, kMaxEvents);
    from = page.next;
    ++pages;
  } while (from && pages < 10);
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(seen.size(), 3U * kDeliveries);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), seen.size());
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.begin() + kDeliveries));
}

TEST(MessagesTest, APageIsBoundedInOctetsWithOneEventAtLeast) {
  EventLog log;
  for (int i = 0; i < 3; ++i) {
    auto event = accepted_as(1, "<same@x.test>");
    event.mutable_accepted()->set_header_from(std::string(kMaxEventOctets / 2 + 1, 'x'));
    log.add(event);
  }
  const FoldedViews views(log);
  const auto first = views.history().message(tests::message_id(1), schemas::Sight::all()).value();
  EXPECT_EQ(first.events.size(), 2U);
  ASSERT_TRUE(first.next);
  const auto rest =
      views.history().message(tests::message_id(1), schemas::Sight::all(), *first.next).value();
  EXPECT_EQ(rest.events.size(), 1U);
  EXPECT_FALSE(rest.next);
}

TEST(MessagesTest, PagesOfMessagesMeetWithoutGapOrRepeatWhateverTheirSize) {
  EventLog log;
  for (unsigned message = 1; message <= 7; ++message) {
    log.add(accepted_as(message, "<same@x.test>"));
    log.add(accepted_as(message, "<same@x.test>"));
  }
  const FoldedViews views(log);
  for (std::size_t limit = 1; limit <= 8; ++limit) {
    std::vector<std::string> seen;
    std::optional<MessagesStart> from;
    do {
      const auto page =
          views.history()
              .by_rfc5322_message_id("same@x.test", limit, schemas::Sight::all(), from)
              .value();
      for (const auto& message : page.messages) {
        EXPECT_EQ(message.events.size(), 2U);
        seen.push_back(message.message_id);
      }
      from = page.next;
    } while (from && seen.size() < 20);
    ASSERT_EQ(seen.size(), 7U) << limit;
    EXPECT_TRUE(std::is_sorted(seen.rbegin(), seen.rend()));
  }
}

TEST(MessagesTest, AMessageForSeveralRecipientsIsFoundOnce) {
  EventLog log;
  log.add(tests::accepted({.alias = "a@forward.test", .delivery = 1}));
  log.add(tests::accepted({.alias = "b@forward.test", .delivery = 2}));
  const FoldedViews views(log);
  const auto found = views.history()
                         .by_rfc5322_message_id("1@origin.test", 10, schemas::Sight::all())
                         .value()
                         .messages;
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].events.size(), 2u);
}

TEST(MessagesTest, AMessageWithoutAMessageIdIsNotFoundByAnEmptyOne) {
  EventLog log;
  log.add(accepted_as(1, ""));
  log.add(accepted_as(2, "<>"));
  const FoldedViews views(log);
  EXPECT_TRUE(views.history()
                  .by_rfc5322_message_id("", 10, schemas::Sight::all())
                  .value()
                  .messages.empty());
  EXPECT_TRUE(views.history()
                  .by_rfc5322_message_id("<>", 10, schemas::Sight::all())
                  .value()
                  .messages.empty());
}

TEST(MessagesTest, AnotherMessageUnderTheSameHashIsNotGiven) {
  EventLog log;
  log.add(accepted_as(1, "<one@origin.test>"));
  FoldedViews views(log);
  WriteBatch batch;
  batch.put(Table::messages, rfc5322_key("other@origin.test", tests::message_id(1).bytes()), {});
  ASSERT_TRUE(views.store().apply(batch));
  EXPECT_TRUE(views.history()
                  .by_rfc5322_message_id("other@origin.test", 10, schemas::Sight::all())
                  .value()
                  .messages.empty());
}

// Of message `message`, and of its own delivery `number`, as the relay writes it.
schemas::Event of_delivery(schemas::Event event, unsigned message, std::uint64_t number) {
  const std::string id = schemas::delivery_of(tests::message_id(message), number).bytes();
  if (event.has_accepted()) {
    event.mutable_accepted()->mutable_targets(0)->set_delivery_id(id);
  } else {
    event.set_delivery_id(id);
  }
  return event;
}

// The same with the message's own deliveries, which stand in for rows of the message.
TEST(MessagesTest, AMessageHasTheEventsOfItsDeliveriesAndTheOthersOldestFirst) {
  EventLog log;
  log.add(of_delivery(tests::accepted({.alias = "a@forward.test"}), 1, 1));
  log.add(of_delivery(tests::accepted({.alias = "b@forward.test"}), 1, 2));
  log.add(tests::rejected({.delivery = 0}, schemas::pb::VERDICT_BY_POLICY));
  log.add(of_delivery(tests::forwarded({}), 1, 2));
  log.add(of_delivery(tests::forwarded({}), 1, 1));
  log.add(of_delivery(tests::bounced({}, schemas::pb::BOUNCE_CLASS_HARD), 1, 1));
  FoldedViews views(log);
  const MessageEvents message =
      views.history().message(tests::message_id(1), schemas::Sight::all()).value();
  EXPECT_EQ(message.indexes,
            (std::vector{schemas::EventIndex(0), schemas::EventIndex(1), schemas::EventIndex(2),
                         schemas::EventIndex(3), schemas::EventIndex(4), schemas::EventIndex(5)}));
  const auto rest =
      views.history()
          .message(tests::message_id(1), schemas::Sight::all(), schemas::EventIndex(3))
          .value();
  EXPECT_EQ(rest.events.size(), 3u);
  int rows = 0;
  ASSERT_TRUE(views.store().scan(Table::messages, message_prefix(tests::message_id(1).bytes()),
                                 after_prefix(message_prefix(tests::message_id(1).bytes())),
                                 [&](std::string_view, std::string_view) { return ++rows > 0; }));
  EXPECT_EQ(rows, 2) << "the refusal's, and the report's";
}

TEST(MessagesTest, AReportOnAMessageIsAnotherMessage) {
  EventLog log;
  log.add(of_delivery(tests::accepted({}), 1, 1));
  auto report = of_delivery(tests::accepted({.message = 2}), 2, 1);
  report.set_reported_delivery_id(schemas::delivery_of(tests::message_id(1), 1).bytes());
  log.add(report);
  const FoldedViews views(log);
  const auto delivery = views.history().delivery(schemas::delivery_of(tests::message_id(1), 1),
                                                 schemas::Sight::all());
  EXPECT_EQ(delivery.value().events.size(), 2u);
  for (const unsigned message : {1u, 2u}) {
    EXPECT_EQ(views.history()
                  .message(tests::message_id(message), schemas::Sight::all())
                  .value()
                  .events.size(),
              1u);
  }
}

TEST(MessagesTest, AMessageThatOnlyBeginsAsAnotherIsNotFound) {
  EventLog log;
  log.add(of_delivery(tests::accepted({}), 1, 1));
  const FoldedViews views(log);
  const auto delivery = schemas::delivery_of(tests::message_id(1), 1);
  EXPECT_EQ(
      views.history().message(schemas::MessageId(delivery.octets()), schemas::Sight::all()).error(),
      Errc::not_found);
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

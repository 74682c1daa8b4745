#include "projector/views/deliveries.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "projector/views/delivery_row.h"
#include "tests/support/document.h"
#include "tests/support/folded_views.h"
#include "tests/support/ordinals.h"

namespace waybill::projector {

using namespace schemas::ordinal_literals;

namespace {

using runtime::Errc;
using schemas::Event;
using tests::EventLog;
using tests::FoldedViews;
namespace pb = schemas::pb;

constexpr DeliveryState kAll[] = {
    DeliveryState::accepted,       DeliveryState::in_doubt, DeliveryState::deferred,
    DeliveryState::dropped,        DeliveryState::rejected, DeliveryState::forwarded,
    DeliveryState::not_understood, DeliveryState::bounced,  DeliveryState::delivered};

Delivery delivery_of(const FoldedViews& views, unsigned number = 1) {
  const auto delivery = views.history().delivery(tests::delivery_id(number), schemas::Sight::all());
  EXPECT_TRUE(delivery) << number;
  return delivery ? *delivery : Delivery();
}

std::string state_of(std::vector<Event> events) {
  EventLog log;
  for (Event& event : events) log.add(std::move(event));
  return delivery_of(FoldedViews(log)).state;
}

TEST(DeliveriesTest, AnAcceptanceOpensADeliveryForEachTarget) {
  Event event = tests::accepted({.target = "first@mailbox.test", .delivery = 1});
  tests::add_target(event, 2, "second@mailbox.test");
  EventLog log;
  log.add(event);
  log.add(tests::forwarded({.target = "second@mailbox.test", .delivery = 2}));
  const FoldedViews views(log);

  const Delivery first = delivery_of(views, 1);
  EXPECT_EQ(first.state, "accepted");
  EXPECT_EQ(first.target, "first@mailbox.test");
  EXPECT_EQ(first.events.size(), 1u);
  const Delivery second = delivery_of(views, 2);
  EXPECT_EQ(second.state, "forwarded");
  EXPECT_EQ(second.target, "second@mailbox.test");
  EXPECT_EQ(second.events.size(), 2u);
}

TEST(DeliveriesTest, ADeliverySaysWhatWasSentAndWhatBecameOfIt) {
  EventLog log;
  log.add(tests::accepted({}));
  log.add(tests::forwarded({}));
  log.add(tests::bounced({}, pb::BOUNCE_CLASS_HARD));
  const Delivery delivery = delivery_of(FoldedViews(log));
  EXPECT_EQ(delivery.delivery_id, tests::delivery_id(1).text());
  EXPECT_EQ(delivery.message_id, tests::message_id(1).text());
  EXPECT_EQ(delivery.state, "bounced");
  EXPECT_EQ(delivery.alias, "shop@forward.test");
  EXPECT_EQ(delivery.domain, "forward.test");
  // The report's own envelope, which is null, is not the message's.
  EXPECT_EQ(delivery.sender, "ann@origin.test");
  EXPECT_EQ(delivery.target, "owner@mailbox.test");
  EXPECT_EQ(delivery.accepted_at, schemas::wall_time(tests::kLogStart));
  EXPECT_EQ(delivery.changed_at, schemas::wall_time(tests::kLogStart + 2 * tests::kSecond));
  ASSERT_EQ(delivery.events.size(), 3u);
  EXPECT_EQ(delivery.events[0].accepted().size(), 1000u);
  EXPECT_EQ(delivery.events[2].bounced().status(), "5.2.2");
}

TEST(DeliveriesTest, AnUnknownDeliveryIsNotFound) {
  EXPECT_EQ(FoldedViews().history().delivery(tests::delivery_id(1), schemas::Sight::all()).error(),
            Errc::not_found);
}

Event deferred_at(pb::Stage stage) {
  Event event = tests::deferred({});
  event.mutable_deferred()->set_stage(stage);
  return event;
}

TEST(DeliveriesTest, AnOutcomeEndsAnAcceptance) {
  const struct {
    Event outcome;
    const char* state;
  } cases[] = {
      {tests::forwarded({}), "forwarded"},
      {tests::rejected({}, pb::VERDICT_BY_NEXT_HOP), "rejected"},
      {deferred_at(pb::STAGE_BODY), "deferred"},
      {tests::dropped({}), "dropped"},
      {tests::in_doubt({}), "in_doubt"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(state_of({tests::accepted({}), c.outcome}), c.state);
    // In this order too: the log is ordered by alias, but a fact is never lost.
    EXPECT_EQ(state_of({c.outcome, tests::accepted({})}), c.state);
  }
}

Event of_message(Event event, std::uint8_t number) {
  event.set_message_id(tests::message_id(number).bytes());
  return event;
}

TEST(DeliveriesTest, ARetryGoesOnUnderTheDeliveryThatWasPutOff) {
  const std::vector<Event> put_off = {of_message(tests::accepted({}), 1),
                                      of_message(tests::deferred({}), 1)};
  const auto with = [&](std::vector<Event> more) {
    std::vector<Event> all = put_off;
    for (Event& event : more) all.push_back(of_message(std::move(event), 2));
    return state_of(all);
  };
  EXPECT_EQ(with({tests::accepted({})}), "accepted");
  EXPECT_EQ(with({tests::accepted({}), tests::in_doubt({})}), "in_doubt");
  EXPECT_EQ(with({tests::accepted({}), tests::deferred({})}), "deferred");
  EXPECT_EQ(with({tests::accepted({}), tests::forwarded({})}), "forwarded");
}

// An alias was named twice: the first RCPT was put off, the second went on from there. Where a hop
// gave no reply then, the delivery stayed "deferred", and its id was lent once more.
TEST(DeliveriesTest, ATransactionGoesOnUnderTheDeliveryThatItsOwnRcptPutOff) {
  const Event at_rcpt = of_message(deferred_at(pb::STAGE_RCPT), 1);
  const Event accepted = of_message(tests::accepted({}), 1);
  EXPECT_EQ(state_of({at_rcpt, accepted}), "accepted");
  EXPECT_EQ(state_of({at_rcpt, accepted, of_message(tests::in_doubt({}), 1)}), "in_doubt");
}

TEST(DeliveriesTest, AReportMovesOnWhatWasForwarded) {
  const struct {
    pb::BounceClass report;
    const char* state;
  } cases[] = {
      {pb::BOUNCE_CLASS_HARD, "bounced"},
      {pb::BOUNCE_CLASS_SOFT, "bounced"},
      {pb::BOUNCE_CLASS_UNRECOGNISED, "not_understood"},
      {pb::BOUNCE_CLASS_DELIVERED, "delivered"},
      {pb::BOUNCE_CLASS_DELAYED, "forwarded"},
      {pb::BOUNCE_CLASS_RELAYED, "forwarded"},
      {pb::BOUNCE_CLASS_EXPANDED, "forwarded"},
      {pb::BOUNCE_CLASS_AUTO_REPLY, "forwarded"},
      {pb::BOUNCE_CLASS_COMPLAINT, "forwarded"},
      {pb::BOUNCE_CLASS_UNSPECIFIED, "forwarded"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(state_of({tests::accepted({}), tests::forwarded({}), tests::bounced({}, c.report)}),
              c.state)
        << pb::BounceClass_Name(c.report);
  }
}

TEST(DeliveriesTest, AReportMayOvertakeTheRecordOfTheHandOver) {
  EXPECT_EQ(state_of({tests::accepted({}), tests::bounced({}, pb::BOUNCE_CLASS_HARD),
                      tests::forwarded({})}),
            "bounced");
}

TEST(DeliveriesTest, NoFactMovesADeliveryBack) {
  // A column a state, a row an event: what may follow.
  const std::vector<Event> facts = {
      tests::accepted({}),
      tests::in_doubt({}),
      tests::deferred({}),
      tests::dropped({}),
      tests::rejected({}, pb::VERDICT_BY_NEXT_HOP),
      tests::forwarded({}),
      tests::bounced({}, pb::BOUNCE_CLASS_UNRECOGNISED),
      tests::bounced({}, pb::BOUNCE_CLASS_HARD),
      tests::bounced({}, pb::BOUNCE_CLASS_DELIVERED),
  };
  const char* const moves[] = {
      // a i d D r f n b v: from
      ".........",  // accepted
      "x........",  // in_doubt
      "xx.......",  // deferred
      "xxx......",  // dropped
      "xxx......",  // rejected
      "xxx......",  // forwarded
      "xx...x...",  // not_understood
      "xx...xx..",  // bounced
      "xx...xx..",  // delivered
  };
  for (std::size_t to = 0; to < std::size(kAll); ++to) {
    for (std::size_t from = 0; from < std::size(kAll); ++from) {
      const DeliveryState expected = moves[to][from] == 'x' ? kAll[to] : kAll[from];
      EXPECT_EQ(state_after(kAll[from], facts[to]), expected)
          << name_of(kAll[from]) << " then " << name_of(kAll[to]);
    }
  }
}

TEST(DeliveriesTest, ChangedAtIsWhenTheStateCameAndNotWhenItWasConfirmed) {
  EventLog log;
  log.add(tests::accepted({}));
  log.add(tests::forwarded({}));
  log.add(tests::bounced({}, pb::BOUNCE_CLASS_DELAYED));
  const Delivery delivery = delivery_of(FoldedViews(log));
  EXPECT_EQ(delivery.changed_at, schemas::wall_time(tests::kLogStart + tests::kSecond));
  EXPECT_EQ(delivery.events.size(), 3u);
}

TEST(DeliveriesTest, ARefusalBeforeAnyAcceptanceIsADeliveryIfItHasAnId) {
  EventLog log;
  log.add(tests::rejected({}, pb::VERDICT_BY_NEXT_HOP));
  log.add(tests::rejected({.delivery = 0}, pb::VERDICT_BY_POLICY));
  const Delivery delivery = delivery_of(FoldedViews(log));
  EXPECT_EQ(delivery.state, "rejected");
  EXPECT_EQ(delivery.accepted_at, runtime::WallTime());
  EXPECT_EQ(delivery.events.size(), 1u);
}

TEST(DeliveriesTest, ADomainThatIsNotTheAliassIsKept) {
  EventLog log;
  log.add(tests::accepted({.alias = "", .domain = "forward.test"}));
  const Delivery delivery = delivery_of(FoldedViews(log));
  EXPECT_EQ(delivery.alias, "");
  EXPECT_EQ(delivery.domain, "forward.test");
}

TEST(DeliveriesTest, AFloodOfReportsIsBounded) {
  EventLog log;
  log.add(tests::accepted({}));
  for (int i = 0; i < 5000; ++i) log.add(tests::bounced({}, pb::BOUNCE_CLASS_DELAYED));
  FoldedViews views(log);
  const Delivery delivery = delivery_of(views);
  EXPECT_GT(delivery.events.size(), 1000u);
  EXPECT_LE(delivery.events.size(), kMaxIndexesOctets);
  const auto row = views.store().get(Table::deliveries, tests::delivery_id(1).bytes());
  EXPECT_LT(row->size(), kMaxIndexesOctets + 200);
}

TEST(DeliveriesTest, TheApiNamesEveryState) {
  // "settled" and "unclear" are what a state becomes with time (query/story.h).
  std::set<std::string> states = {"settled", "unclear", std::string(name_of(DeliveryState(0x63)))};
  for (const DeliveryState state : kAll) states.emplace(name_of(state));
  const std::string text = tests::document("schemas/openapi.yaml");
  const std::string_view before = " DeliveryState: type: string enum: [";
  const std::size_t begin = text.find(before) + before.size();
  ASSERT_GT(begin, before.size());
  std::istringstream list(text.substr(begin, text.find(']', begin) - begin));
  std::set<std::string> documented;
  for (std::string word; list >> word;) documented.insert(word.substr(0, word.find(',')));
  EXPECT_EQ(documented, states);
}

TEST(IndexListTest, ARowCutShortIsCorrupt) {
  std::string row;
  const std::vector indexes = {5_index, 70'000_index, 70'000_index, 70'001_index};
  for (const schemas::EventIndex index : indexes) append_index(row, index);
  EXPECT_EQ(read_indexes(row).value(), indexes);
  EXPECT_FALSE(read_indexes(std::string_view(row).substr(0, row.size() - 1)));
  EXPECT_EQ(read_indexes("").value(), std::vector<schemas::EventIndex>());
}

// What a report's own message came to is listed, and says nothing of the delivery.
TEST(DeliveriesTest, AReportsOwnEventsChangeNothing) {
  EventLog log;
  log.add(tests::accepted({}));
  log.add(tests::forwarded({}));
  for (Event event : {tests::accepted({.sender = "", .message = 2, .delivery = 2}),
                      tests::deferred({.sender = "", .message = 2, .delivery = 2})}) {
    event.set_reported_delivery_id(tests::delivery_id(1).bytes());
    log.add(event);
  }
  const Delivery delivery = delivery_of(FoldedViews(log));
  EXPECT_EQ(delivery.events.size(), 4u);
  EXPECT_EQ(delivery.state, "forwarded");
  EXPECT_EQ(delivery.message_id, tests::message_id(1).text());
  EXPECT_EQ(delivery.sender, "ann@origin.test");
  EXPECT_EQ(delivery.changed_at, schemas::wall_time(tests::kLogStart + tests::kSecond));
}

}  // namespace
}  // namespace waybill::projector

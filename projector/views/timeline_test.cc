#include "projector/views/timeline.h"

#include <gtest/gtest.h>

#include "projector/archive/archive_key.h"
#include "projector/memory_view_store.h"
#include "projector/row_overlay.h"
#include "projector/views/timeline_row.h"
#include "tests/support/folded_views.h"
#include "tests/support/ordinals.h"

namespace waybill::projector {

using namespace schemas::ordinal_literals;

namespace {

using schemas::Event;
using tests::Copy;
using tests::EventLog;
using tests::FoldedViews;
namespace pb = schemas::pb;

// The only line of this address.
TimelineEntry only(const FoldedViews& views, Role role, const std::string& address) {
  const Page page = views.timeline(role, address);
  EXPECT_EQ(page.entries.size(), 1u) << address;
  return page.entries.empty() ? TimelineEntry() : page.entries.front();
}

TimelineEntry line_of(const Event& event) {
  EventLog log;
  log.add(event);
  return only(FoldedViews(log), Role::alias, "shop@forward.test");
}

TEST(TimelineTest, AnEventIsInTheTimelinesOfAliasSenderAndTarget) {
  EventLog log;
  log.add(tests::forwarded({}));
  const FoldedViews views(log);
  EXPECT_EQ(only(views, Role::alias, "shop@forward.test").kind, "forwarded");
  EXPECT_EQ(only(views, Role::sender, "ann@origin.test").kind, "forwarded");
  EXPECT_EQ(only(views, Role::target, "owner@mailbox.test").kind, "forwarded");
  EXPECT_TRUE(views.timeline(Role::sender, "shop@forward.test").entries.empty());
}

TEST(TimelineTest, WhatAClientWasToldIsInItsTimeline) {
  EventLog log;
  Event before_any_address = tests::rejected({.message = 3}, pb::VERDICT_BY_POLICY);
  before_any_address.clear_alias();
  before_any_address.clear_sender();
  for (Event event : {tests::accepted({}), tests::forwarded({}), before_any_address}) {
    event.set_client_ip("2001:db8::25");
    log.add(event);
  }
  Event of_another = tests::forwarded({.message = 4, .delivery = 4});
  of_another.set_client_ip("2001:db8::26");
  log.add(of_another);
  log.add(tests::forwarded({.message = 5, .delivery = 5}));  // by a release that did not say
  const FoldedViews views(log);
  const Page page = views.timeline(Role::client, "2001:db8::25");
  ASSERT_EQ(page.entries.size(), 2u);
  EXPECT_EQ(page.entries[0].kind, "rejected");
  EXPECT_EQ(page.entries[1].kind, "forwarded");
  EXPECT_EQ(page.entries[1].target, "owner@mailbox.test");
  EXPECT_EQ(only(views, Role::client, "2001:db8::26").message_id, tests::message_id(4).text());
  EXPECT_TRUE(views.timeline(Role::client, "").entries.empty());
}

TEST(TimelineTest, TheNullSenderHasATimelineAndAnUnknownOneHasNot) {
  EventLog log;
  log.add(tests::forwarded({.sender = ""}));
  Event unknown = tests::in_doubt({.message = 2, .delivery = 2});
  unknown.clear_sender();
  log.add(unknown);
  const FoldedViews views(log);
  EXPECT_EQ(views.timeline(Role::sender, "").entries.size(), 1u);
  EXPECT_EQ(only(views, Role::sender, "").sender, "");
}

TEST(TimelineTest, ASenderThatIsNotKnownIsNotTheNullSender) {
  Event event = tests::rejected({}, pb::VERDICT_BY_POLICY);
  event.clear_sender();
  EXPECT_EQ(line_of(event).sender, std::nullopt);
}

TEST(TimelineTest, AnAcceptedIsInTheTimelineOfEachChosenTarget) {
  Event event = tests::accepted({.target = "first@mailbox.test", .delivery = 1});
  tests::add_target(event, 2, "second@mailbox.test:2525");
  EventLog log;
  log.add(event);
  const FoldedViews views(log);
  const TimelineEntry first = only(views, Role::target, "first@mailbox.test");
  EXPECT_EQ(first.target, "first@mailbox.test");
  EXPECT_EQ(first.delivery_id, tests::delivery_id(1).text());
  const TimelineEntry second = only(views, Role::target, "second@mailbox.test");
  EXPECT_EQ(second.target, "second@mailbox.test:2525");
  EXPECT_EQ(second.delivery_id, tests::delivery_id(2).text());
  const TimelineEntry of_alias = only(views, Role::alias, "shop@forward.test");
  EXPECT_EQ(of_alias.target, "first@mailbox.test, second@mailbox.test:2525");
  EXPECT_EQ(of_alias.delivery_id, "");
}

TEST(TimelineTest, ATargetIsFoundWithAndWithoutItsPort) {
  EventLog log;
  log.add(tests::forwarded({.target = "owner@mailbox.test:2525"}));
  const FoldedViews views(log);
  EXPECT_EQ(only(views, Role::target, "owner@mailbox.test").target, "owner@mailbox.test:2525");
  EXPECT_EQ(only(views, Role::target, "owner@mailbox.test:26").target, "owner@mailbox.test:2525");
}

TEST(TimelineTest, SendersAndTargetsAreFoundInEverySpellingAndAliasesAsTheyAre) {
  EventLog log;
  log.add(tests::forwarded({.sender = "Ann+One@origin.test", .target = "Owner@mailbox.test:2525"}));
  log.add(tests::accepted({.sender = "ANN@origin.test",
                           .target = "owner+two@mailbox.test",
                           .message = 2,
                           .delivery = 2}));
  const FoldedViews views(log);
  for (const char* const sender : {"ann@origin.test", "Ann+One@origin.test", "aNN@origin.test"}) {
    EXPECT_EQ(views.timeline(Role::sender, sender).entries.size(), 2u) << sender;
  }
  for (const char* const target : {"owner@mailbox.test", "OWNER+x@mailbox.test:26"}) {
    EXPECT_EQ(views.timeline(Role::target, target).entries.size(), 2u) << target;
  }
  EXPECT_EQ(views.timeline(Role::alias, "shop@forward.test").entries.size(), 2u);
  EXPECT_TRUE(views.timeline(Role::alias, "Shop@forward.test").entries.empty());
}

TEST(TimelineTest, TwoSpellingsOfOneTargetAreOneLineUnlessOneIsMeant) {
  Event event = tests::accepted({.target = "owner+a@mailbox.test", .delivery = 1});
  tests::add_target(event, 2, "Owner@mailbox.test:2525");
  EventLog log;
  log.add(event);
  const FoldedViews views(log);
  EXPECT_EQ(only(views, Role::target, "owner@mailbox.test").target,
            "owner+a@mailbox.test, Owner@mailbox.test:2525");
  HistoryQuestion question;
  question.role = Role::target;
  question.spellings = kExactly;
  const auto asked = [&](const char* address) {
    question.address = address;
    return views.history().timeline(question, schemas::Sight::all()).value().entries;
  };
  ASSERT_EQ(asked("Owner@mailbox.test").size(), 1u);
  EXPECT_EQ(asked("Owner@mailbox.test").front().target, "Owner@mailbox.test:2525");
  EXPECT_EQ(asked("Owner@mailbox.test").front().delivery_id, tests::delivery_id(2).text());
  EXPECT_TRUE(asked("owner@mailbox.test").empty());
}

TEST(TimelineTest, ALineOfAnAcceptedSaysWhatWasTaken) {
  const TimelineEntry line = line_of(tests::accepted({}, 4711));
  EXPECT_EQ(line.index, 0_index);
  EXPECT_EQ(line.occurred_at, schemas::wall_time(tests::kLogStart));
  EXPECT_EQ(line.kind, "accepted");
  EXPECT_EQ(line.alias, "shop@forward.test");
  EXPECT_EQ(line.sender, "ann@origin.test");
  EXPECT_EQ(line.target, "owner@mailbox.test");
  EXPECT_EQ(line.message_id, tests::message_id(1).text());
  EXPECT_EQ(line.delivery_id, tests::delivery_id(1).text());
  EXPECT_EQ(line.size, 4711u);
  EXPECT_EQ(line.rfc5322_message_id, "<1@origin.test>");
  EXPECT_EQ(line.reply.code, 0);
}

TEST(TimelineTest, ALineOfARefusalSaysWhoseAndWhy) {
  const TimelineEntry by_policy = line_of(tests::rejected({}, pb::VERDICT_BY_POLICY));
  EXPECT_EQ(by_policy.kind, "rejected");
  EXPECT_EQ(by_policy.by, "policy");
  EXPECT_EQ(by_policy.rule, "unknown-alias");
  EXPECT_EQ(by_policy.stage, "rcpt");
  EXPECT_EQ(by_policy.reply, (LineReply{550, "5.1.1", "No such user"}));
  const TimelineEntry by_next_hop = line_of(tests::deferred({}));
  EXPECT_EQ(by_next_hop.kind, "deferred");
  EXPECT_EQ(by_next_hop.by, "next_hop");
  EXPECT_EQ(by_next_hop.rule, "");
  EXPECT_EQ(line_of(tests::dropped({})).rule, "no-newsletters");
}

TEST(TimelineTest, ALineOfAReportSaysWhatItReports) {
  const TimelineEntry line = line_of(tests::bounced({}, pb::BOUNCE_CLASS_AUTO_REPLY));
  EXPECT_EQ(line.kind, "bounced");
  EXPECT_EQ(line.bounce_class, "auto_reply");
  EXPECT_EQ(line.status, "5.2.2");
  EXPECT_EQ(line.diagnostic, "smtp; 552 5.2.2 mailbox full");
  EXPECT_EQ(line.sender, "");
}

TEST(TimelineTest, WordsThatANewerWriterKnowsAreLeftOut) {
  Event event = tests::rejected({}, static_cast<pb::VerdictBy>(77));
  event.mutable_rejected()->set_stage(static_cast<pb::Stage>(4711));
  const TimelineEntry line = line_of(event);
  EXPECT_EQ(line.kind, "rejected");
  EXPECT_EQ(line.by, "");
  EXPECT_EQ(line.stage, "");
}

TEST(TimelineTest, ALongReplyIsCutBetweenItsCharacters) {
  Event event = tests::deferred({});
  // Each of two octets, and one octet before them, so that the limit falls within one.
  std::string text = "x";
  for (std::size_t i = 0; i < kMaxTextInRow; ++i) text += "\xc3\xa9";
  event.mutable_deferred()->mutable_reply()->set_text(text);
  const TimelineEntry line = line_of(event);
  EXPECT_EQ(line.reply.text, text.substr(0, kMaxTextInRow - 1));
}

TEST(TimelineTest, AnEventWithoutAnyAddressHasNoLine) {
  Event event;
  event.mutable_control()->set_subject("route");
  EventLog log;
  log.add(event);
  FoldedViews views(log);
  EXPECT_TRUE(views.store().scan(Table::timeline, {}, {}, [](auto, auto) {
    ADD_FAILURE();
    return true;
  }));
}

TEST(TimelineRowTest, ItsKindsAreTheWordsOfTheEvents) {
  std::vector<Event> events = {
      tests::accepted({}),
      tests::forwarded({}),
      tests::rejected({}, pb::VERDICT_BY_POLICY),
      tests::deferred({}),
      tests::dropped({}),
      tests::bounced({}, pb::BOUNCE_CLASS_HARD),
      tests::in_doubt({}),
      Event(),
      Event(),
  };
  events[7].mutable_control();
  events[8].mutable_access();
  for (const Event& event : events) {
    std::string row;
    append_alias_row(event, row);
    EXPECT_EQ(kind_of_row(row), schemas::find_kind(event.body_case()));
    row.clear();
    append_pointer_row(event, row);
    EXPECT_EQ(row.size(), 1u);
    EXPECT_EQ(kind_of_row(row), schemas::find_kind(event.body_case()));
  }
  EXPECT_EQ(kind_of_row(""), nullptr);
  EXPECT_EQ(kind_of_row("\x7f"), nullptr);
}

// Views that a newer release has folded are read by an older one that is put back.
TEST(TimelineTest, ALineOfAKindFromANewerWriterIsSkipped) {
  EventLog log;
  for (unsigned i = 1; i <= 4; ++i) log.add(tests::forwarded({.message = i, .delivery = i}));
  FoldedViews views(log);
  WriteBatch batch;
  ASSERT_TRUE(views.store().scan(Table::timeline, {}, {},
                                 [&](std::string_view key, std::string_view value) {
                                   const schemas::EventIndex index = timeline_place(key)->index;
                                   if (index != 0_index && index != 2_index) return true;
                                   std::string row(value);
                                   row[0] = '\x3f';
                                   // What else is in a row of that kind is its writer's business.
                                   if (index == 0_index) row.resize(1);
                                   batch.put(Table::timeline, key, row);
                                   return true;
                                 }));
  ASSERT_TRUE(views.store().apply(batch));

  HistoryQuestion question;
  question.address = "shop@forward.test";
  question.limit = 1;
  const auto first = views.history().timeline(question, schemas::Sight::all());
  ASSERT_TRUE(first) << first.error().message();
  ASSERT_EQ(first->entries.size(), 1u);
  EXPECT_EQ(first->entries[0].index, 3_index);
  ASSERT_TRUE(first->next);
  question.after = first->next;
  const auto second = views.history().timeline(question, schemas::Sight::all());
  ASSERT_TRUE(second) << second.error().message();
  ASSERT_EQ(second->entries.size(), 1u);
  EXPECT_EQ(second->entries[0].index, 1_index);
  EXPECT_FALSE(second->next);
}

TEST(TimelineRowTest, ARowCutShortAnywhereIsCorrupt) {
  std::string row;
  append_alias_row(tests::bounced({}, pb::BOUNCE_CLASS_HARD), row);
  const TimelinePlace place{1, 1_index};
  ASSERT_TRUE(read_alias_row(place, row, keep_texts()));
  for (std::size_t size = 0; size < row.size(); ++size) {
    EXPECT_FALSE(read_alias_row(place, std::string_view(row).substr(0, size), keep_texts()))
        << size;
  }
  EXPECT_FALSE(read_alias_row(place, row + "x", keep_texts()));
}

TEST(TimelineRowTest, AnIdIsReadWhateverItsTimeIs) {
  for (const std::uint64_t at : {std::uint64_t{0}, tests::kLogStart, ~std::uint64_t{0}}) {
    for (const char octet : {'\0', '\x7f', '\xff'}) {
      Event event = tests::forwarded({});
      event.set_occurred_at(at);
      event.set_message_id(std::string(16, octet));
      event.set_delivery_id(std::string(16, static_cast<char>(~octet)));
      std::string row;
      append_alias_row(event, row);
      const auto entry = read_alias_row({at, 1_index}, row, keep_texts());
      ASSERT_TRUE(entry);
      EXPECT_EQ(entry->message_id, schemas::uuid_text(event.message_id()));
      EXPECT_EQ(entry->delivery_id, schemas::uuid_text(event.delivery_id()));
    }
  }
}

TEST(TimelineRowTest, ADeliveryOfItsMessageIsItsNumber) {
  Event event = tests::forwarded({});
  std::string whole;
  append_alias_row(event, whole);
  event.set_delivery_id(schemas::delivery_of(event.message_id(), 300));
  std::string row;
  append_alias_row(event, row);
  EXPECT_LE(row.size() + 8, whole.size());
  const auto entry = read_alias_row({event.occurred_at(), 1_index}, row, keep_texts());
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->delivery_id, schemas::uuid_text(event.delivery_id()));
  for (std::size_t size = 0; size < row.size(); ++size) {
    EXPECT_FALSE(read_alias_row({1, 1_index}, std::string_view(row).substr(0, size), keep_texts()))
        << size;
  }
}

TEST(TimelineRowTest, AUsualRowIsSmall) {
  for (const Event& event : {tests::accepted({}), tests::forwarded({})}) {
    std::string row;
    append_alias_row(event, row);
    EXPECT_LT(row.size(), 140u);
  }
}

// What the others see of an event is what its alias sees: rows that point and rows that do not.
TEST(TimelineTest, ALineIsTheSameForEveryAddressOfTheEvent) {
  std::vector<Event> events = {
      tests::accepted({}),
      tests::forwarded({}),
      tests::rejected({}, pb::VERDICT_BY_NEXT_HOP),
      tests::deferred({}),
      tests::bounced({}, pb::BOUNCE_CLASS_HARD),
      tests::in_doubt({}),
  };
  EventLog log;
  for (Event& event : events) {
    event.set_sender("ann@origin.test");
    log.add(event);
  }
  const FoldedViews views(log);
  const Page of_alias = views.timeline(Role::alias, "shop@forward.test");
  ASSERT_EQ(of_alias.entries.size(), events.size());
  EXPECT_EQ(views.timeline(Role::sender, "ann@origin.test").entries, of_alias.entries);
  EXPECT_EQ(views.timeline(Role::target, "owner@mailbox.test").entries, of_alias.entries);
}

TEST(TimelineTest, TwoPortsOfOneTargetAreOneLineThatNamesBoth) {
  Event event = tests::accepted({.target = "owner@mailbox.test:25", .delivery = 1});
  tests::add_target(event, 2, "owner@mailbox.test:2525");
  tests::add_target(event, 3, "other@mailbox.test");
  EventLog log;
  log.add(event);
  const TimelineEntry line = only(FoldedViews(log), Role::target, "owner@mailbox.test");
  EXPECT_EQ(line.target, "owner@mailbox.test:25, owner@mailbox.test:2525");
  EXPECT_EQ(line.delivery_id, "");
}

TEST(TimelineTest, ALineWhoseEventIsGoneIsCorrupt) {
  EventLog log;
  log.add(tests::forwarded({}));
  FoldedViews views(log);
  WriteBatch batch;
  batch.erase(Table::archive, archive_key(0_index));
  ASSERT_TRUE(views.store().apply(batch));
  HistoryQuestion question;
  question.address = "ann@origin.test";
  question.role = Role::sender;
  EXPECT_EQ(views.history().timeline(question, schemas::Sight::all()).error(),
            runtime::Errc::corrupt);
}

// More addresses than hashes are remembered, of every length, twice over.
TEST(TimelineHashesTest, EveryAddressHasItsOwnKeyHoweverManyThereAre) {
  constexpr std::size_t kAddresses = 100'000;
  MemoryViewStore store;
  WriteBatch batch;
  RowOverlay rows(store, batch);
  Timeline timeline;
  schemas::Event event;
  event.mutable_dropped();
  for (std::size_t i = 0; i < 2 * kAddresses; ++i) {
    const std::string address =
        std::to_string(i % kAddresses) + std::string(i % 70, 'a') + "@origin.example";
    const schemas::EventIndex index(i);
    event.set_alias(address);
    event.set_sender(address);
    ASSERT_TRUE(timeline.fold(event, {0, index}, rows));
    std::vector<std::string> keys;
    batch.for_each([&](const WriteBatch::Entry& entry) { keys.emplace_back(entry.key); });
    ASSERT_EQ(keys, (std::vector<std::string>{
                        timeline_key(timeline_prefix(Role::alias, address), 0, index),
                        timeline_key(timeline_prefix(Role::sender, address), 0, index)}));
    batch.clear();
  }
}

}  // namespace
}  // namespace waybill::projector

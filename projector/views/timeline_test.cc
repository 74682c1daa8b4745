#include "projector/views/timeline.h"

#include <gtest/gtest.h>

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
  EXPECT_EQ(by_policy.reply, (schemas::Reply{550, "5.1.1", "No such user"}));
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
  EXPECT_EQ(FoldedViews(log).digest(), FoldedViews().digest());
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
    append_timeline_row(event, {}, {}, row);
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
                                   const schemas::EventIndex index = timeline_index(key);
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
  const auto first = views.history().timeline(question);
  ASSERT_TRUE(first) << first.error().message();
  ASSERT_EQ(first->entries.size(), 1u);
  EXPECT_EQ(first->entries[0].index, 3_index);
  ASSERT_TRUE(first->next);
  question.after = first->next;
  const auto second = views.history().timeline(question);
  ASSERT_TRUE(second) << second.error().message();
  ASSERT_EQ(second->entries.size(), 1u);
  EXPECT_EQ(second->entries[0].index, 1_index);
  EXPECT_FALSE(second->next);
}

TEST(TimelineRowTest, ARowCutShortAnywhereIsCorrupt) {
  const std::string key = timeline_key(timeline_prefix(Role::alias, "a@x.test"), 1, 1_index);
  std::string row;
  append_timeline_row(tests::bounced({}, pb::BOUNCE_CLASS_HARD), "owner@mailbox.test",
                      tests::delivery_id(1).bytes(), row);
  ASSERT_TRUE(read_timeline_row(key, row));
  for (std::size_t size = 0; size < row.size(); ++size) {
    EXPECT_FALSE(read_timeline_row(key, std::string_view(row).substr(0, size))) << size;
  }
  EXPECT_FALSE(read_timeline_row(key, row + "x"));
  EXPECT_FALSE(read_timeline_row(key.substr(1), row));
}

TEST(TimelineRowTest, AUsualRowIsSmall) {
  for (const Event& event : {tests::accepted({}), tests::forwarded({})}) {
    std::string row;
    append_timeline_row(event, "owner@mailbox.test", tests::delivery_id(1).bytes(), row);
    EXPECT_LT(row.size(), 150u);
  }
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

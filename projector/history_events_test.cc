// What is told of events by their terms, against a look at every event of the log.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "projector/history.h"
#include "projector/views/event_terms.h"
#include "tests/support/folded_views.h"
#include "tests/support/ordinals.h"

namespace waybill::projector {

using namespace schemas::ordinal_literals;

namespace {

using runtime::Errc;
using schemas::Event;
using schemas::Sight;
using tests::Copy;
using tests::EventLog;
using tests::FoldedViews;
using tests::kLogStart;
using tests::kSecond;
namespace pb = schemas::pb;

std::string one_of(std::initializer_list<const char*> words, unsigned number) {
  return std::data(words)[number % words.size()];
}

Event with_hop(Event event, unsigned number) {
  pb::NextHop hop;
  hop.set_mx_host(one_of({"mx1.big.test", "mx2.big.test", "MX.small.test", "mail.test"}, number));
  hop.set_ip("192.0.2." + std::to_string(number % 3));
  if (event.has_forwarded()) *event.mutable_forwarded()->mutable_next_hop() = hop;
  if (event.has_rejected()) *event.mutable_rejected()->mutable_next_hop() = hop;
  if (event.has_deferred()) *event.mutable_deferred()->mutable_next_hop() = hop;
  return event;
}

// Some 40 terms, common and rare; times jump once.
std::vector<Event> random_events(std::uint32_t seed, std::size_t most) {
  std::minstd_rand random(seed);
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() >> 8) % n; };
  std::vector<Event> out;
  for (unsigned number = 1; out.size() < most; ++number) {
    const std::string domain = one_of({"a.test", "a.test", "a.test", "b.test", ""}, below(5));
    Copy copy{.alias = domain.empty()
                           ? ""
                           : one_of({"Sales-x", "sales-y", "info"}, below(3)) + "@" + domain,
              .sender = below(7) == 0 ? ""
                                      : "u@" + one_of({"one.test", "two.test", "x.two.test"},
                                                      below(40) == 0 ? 2 : below(2)),
              .target = "t@" + one_of({"mail.test", "[192.0.2.9]:2525"}, below(2)),
              .domain = domain,
              .message = number,
              .delivery = number};
    Event event;
    switch (below(7)) {
      case 0: {
        event = tests::accepted(copy);
        if (below(3) == 0) event.mutable_accepted()->set_subject("Re: Your ORDER, 12-x");
        break;
      }
      case 1:
      case 2: event = with_hop(tests::forwarded(copy), below(4)); break;
      case 3: {
        event = with_hop(tests::rejected(copy, pb::VERDICT_BY_NEXT_HOP), below(4));
        event.mutable_rejected()->set_rule(one_of({"next-hop", "unknown-alias"}, below(2)));
        event.mutable_rejected()->mutable_reply()->set_code(550 + below(3));
        event.mutable_rejected()->mutable_reply()->set_enhanced("5.1." + std::to_string(below(3)));
        break;
      }
      case 4: {
        event = with_hop(tests::deferred(copy), below(4));
        event.mutable_deferred()->mutable_reply()->set_code(451);
        break;
      }
      case 5: {
        event = tests::bounced(copy, static_cast<pb::BounceClass>(1 + below(9)));
        event.mutable_bounced()->set_status(one_of({"5.2.2", "2.0.0", "4.4.1"}, below(3)));
        break;
      }
      case 6: event = tests::in_doubt(copy); break;
    }
    const std::uint64_t jump = number > most / 2 && number < most * 2 / 3 ? 86400 : 0;
    event.set_occurred_at(kLogStart + (number + jump) * kSecond);
    out.push_back(std::move(event));
  }
  return out;
}

EventLog log_of(const std::vector<Event>& events) {
  EventLog log;
  for (const Event& event : events) log.add(event);
  return log;
}

EventCondition is(TermOf of, std::string text) {
  return {false, {{of, std::move(text), false, {}}}};
}
EventCondition begins(TermOf of, std::string text) {
  return {false, {{of, std::move(text), true, {}}}};
}

const std::vector<EventCondition>& leading() {
  static const std::vector<EventCondition> all = {
      is(TermOf::domain, "a.test"),
      is(TermOf::domain, "none.test"),
      is(TermOf::sender_domain, "two.test"),
      is(TermOf::sender_domain, "x.two.test"),
      is(TermOf::target_domain, "[192.0.2.9]"),
      is(TermOf::next_hop, "big.test"),
      is(TermOf::next_hop, "mx.small.test"),
      is(TermOf::next_hop_ip, "192.0.2.1"),
      is(TermOf::kind, "forwarded"),
      {false, {{TermOf::kind, "bounced", false}, {TermOf::kind, "deferred", false}}},
      is(TermOf::rule, "unknown-alias"),
      is(TermOf::reply_code, "551"),
      is(TermOf::reply_code, "5"),
      is(TermOf::status, "5"),
      is(TermOf::bounce_class, "complaint"),
      is(TermOf::subject, "order"),
  };
  return all;
}

const std::vector<EventCondition>& further() {
  static const std::vector<EventCondition> all = {
      is(TermOf::sender, "<>"),
      begins(TermOf::alias, "sales-"),
      is(TermOf::target, "t@mail.test"),
      {true, {{TermOf::rule, "next-hop", false}}},
      {true, {{TermOf::reply_code, "5", false}, {TermOf::kind, "in_doubt", false}}},
  };
  return all;
}

// An event, and what it has, said once more and plainly.
struct Plain {
  Event event;
  std::vector<std::string> terms;

  explicit Plain(const Event& of) : event(of) {
    EventTerms read(Addresses::with);
    read.read(of);
    read.for_each([&](std::string_view prefix) { terms.emplace_back(prefix); });
  }

  bool has(const TermAsked& asked) const {
    std::string whole(1, static_cast<char>(asked.of));
    whole += asked.text;
    if (!asked.beginning) whole += kBehindTerm;
    return std::any_of(terms.begin(), terms.end(), [&](const std::string& term) {
      return asked.beginning ? term.starts_with(whole) : term == whole;
    });
  }

  bool is_asked(const EventsQuestion& question) const {
    const auto time = schemas::wall_time(event.occurred_at());
    if (question.wanted.from && time < *question.wanted.from) return false;
    if (question.wanted.to && time >= *question.wanted.to) return false;
    return std::all_of(
        question.wanted.all_of.begin(), question.wanted.all_of.end(), [&](const auto& condition) {
          const bool any = std::any_of(condition.any_of.begin(), condition.any_of.end(),
                                       [&](const TermAsked& asked) { return has(asked); });
          return any != condition.is_not;
        });
  }
};

std::vector<std::uint64_t> plainly(const std::vector<Plain>& events, const EventsQuestion& question,
                                   const Sight& sight) {
  std::vector<std::uint64_t> out;
  for (std::size_t i = events.size(); i-- > 0;) {
    if (events[i].is_asked(question) && sight.sees(events[i].event)) out.push_back(i);
  }
  return out;
}

// Page by page.
std::vector<std::uint64_t> told(const FoldedViews& views, EventsQuestion question,
                                const Sight& sight) {
  std::vector<std::uint64_t> out;
  for (int pages = 0; pages < 10'000; ++pages) {
    const auto page = views.history().events(question, sight);
    EXPECT_TRUE(page) << page.error().message();
    if (!page) return out;
    for (const TimelineEntry& entry : page->entries) out.push_back(entry.index.value());
    EXPECT_LE(page->entries.size(), question.limit);
    if (!page->next) return out;
    EXPECT_LT(*page->next, page->begun);
    question.before = page->next;
  }
  ADD_FAILURE() << "pages without an end";
  return out;
}

constexpr std::size_t kEvents = 5'000;  // of five stretches

TEST(HistoryEventsTest, EventsByTermsAreThoseThatALookAtEachEventFinds) {
  const auto events = random_events(3, kEvents);
  FoldedViews views;
  std::size_t batch = 1;
  // Batches of all sizes, and a start on the store between some of them.
  for (EventLog log; log.size() < events.size();) {
    for (std::size_t i = 0; i < 700 && log.size() < events.size(); ++i) log.add(events[log.size()]);
    views.fold(log, batch);
    batch = batch * 3 % 601 + 1;
    if (batch % 2 == 0) views.reopen();
  }
  const std::vector<Plain> plain(events.begin(), events.end());
  const auto time = [](std::uint64_t second) {
    return schemas::wall_time(kLogStart + second * kSecond);
  };
  std::minstd_rand random(5);
  std::size_t found = 0;
  for (int round = 0; round < 150; ++round) {
    const auto below = [&](unsigned n) { return static_cast<unsigned>(random() >> 8) % n; };
    EventsQuestion question;
    question.wanted.all_of.push_back(leading()[below(static_cast<unsigned>(leading().size()))]);
    if (below(2) == 0) {
      question.wanted.all_of.push_back(leading()[below(static_cast<unsigned>(leading().size()))]);
    }
    if (below(3) == 0) {
      question.wanted.all_of.push_back(further()[below(static_cast<unsigned>(further().size()))]);
    }
    if (below(3) == 0) question.wanted.from = time(below(6000));
    if (below(3) == 0) question.wanted.to = time(below(4) == 0 ? 86400 + below(5000) : below(6000));
    question.limit = 1 + below(80);
    for (const Sight& sight : {Sight::all(), Sight::of({"a.test"}), Sight::of({"b.test", "c"})}) {
      const auto expected = plainly(plain, question, sight);
      EXPECT_EQ(told(views, question, sight), expected) << "round " << round;
      found += expected.size();
    }
  }
  EXPECT_GT(found, 1'000U);
}

TEST(HistoryEventsTest, RowsFoldedInOtherBatchesAreTheSameOctets) {
  const auto events = random_events(4, 3'000);
  const auto log = log_of(events);
  FoldedViews one(log), other, started;
  other.fold(log, 7);
  EXPECT_EQ(one.digest(), other.digest());
  // Where a stretch begins, and a clock was ahead in the one before.
  started.fold(log_of({events.begin(), events.begin() + 2 * kStretch}));
  started.reopen();
  started.fold(log);
  EXPECT_EQ(one.digest(), started.digest());
}

TEST(HistoryEventsTest, ABatchThatWasNotAppliedLeavesNothingBehind) {
  const auto events = random_events(8, 1'200);
  const auto log = log_of(events);
  const FoldedViews whole(log);
  for (const auto failure :
       {MemoryViewStore::Failure::not_stored, MemoryViewStore::Failure::stored}) {
    for (const bool starts_anew : {true, false}) {
      FoldedViews views;
      views.fold(log_of({events.begin(), events.begin() + 1'000}), 100);
      views.store().fail_nth(1, failure);
      // Of two stretches.
      EXPECT_FALSE(views.projector().project(log.records(schemas::LogOffset(1'000), 100)));
      if (starts_anew) views.reopen();
      views.fold(log, 100);
      EXPECT_EQ(views.digest(), whole.digest());
    }
  }
}

// A rare term in a log of a common one is found by its rows alone.
TEST(HistoryEventsTest, APageReadsNoMoreEventsThanItMay) {
  EventLog log;
  for (unsigned i = 0; i < 3 * kMaxEventsRead; ++i) {
    Copy copy{.alias = i == 5 ? "rare@forward.test" : "shop@forward.test", .message = i + 1};
    log.add(tests::accepted(copy));
  }
  const FoldedViews views(log);
  EventsQuestion question;
  question.wanted.all_of = {is(TermOf::kind, "accepted"), begins(TermOf::alias, "rare@")};
  const auto page = views.history().events(question, Sight::all()).value();
  EXPECT_TRUE(page.entries.empty());
  ASSERT_TRUE(page.next);
  EXPECT_EQ(page.next->value(), 2 * kMaxEventsRead);
  EXPECT_EQ(told(views, question, Sight::all()), (std::vector<std::uint64_t>{5}));
}

TEST(HistoryEventsTest, NewEventsDoNotMoveThePageThatWasBegun) {
  const auto events = random_events(6, 400);
  FoldedViews views;
  EventLog log;
  for (std::size_t i = 0; i < 300; ++i) log.add(events[i]);
  views.fold(log);
  EventsQuestion question;
  question.wanted.all_of = {is(TermOf::domain, "a.test")};
  question.limit = 10;
  const auto first = views.history().events(question, Sight::all()).value();
  for (std::size_t i = 300; i < 400; ++i) log.add(events[i]);
  views.fold(log);
  question.before = first.begun;
  EXPECT_EQ(views.history().events(question, Sight::all())->entries, first.entries);
}

TEST(HistoryEventsTest, WhatLeadsNowhereIsRefused) {
  const FoldedViews views(log_of(random_events(6, 10)));
  const auto ask = [&](std::vector<EventCondition> all_of, std::size_t limit = 10) {
    EventsQuestion question;
    question.wanted.all_of = std::move(all_of);
    question.limit = limit;
    return views.history().events(question, Sight::all());
  };
  EXPECT_EQ(ask({}).error(), Errc::invalid);
  EXPECT_EQ(ask({begins(TermOf::alias, "sales-")}).error(), Errc::invalid);
  EXPECT_EQ(ask({{true, {{TermOf::kind, "bounced", false}}}}).error(), Errc::invalid);
  EXPECT_EQ(ask({is(TermOf::kind, "bounced")}, 0).error(), Errc::invalid);
  EXPECT_EQ(ask({is(TermOf::kind, "bounced")}, kMaxPage + 1).error(), Errc::invalid);
}

TEST(HistoryEventsTest, MoreTermsThanAreFollowedAreRefused) {
  const FoldedViews views(log_of(random_events(6, 10)));
  EventsQuestion question;
  EventCondition& condition = question.wanted.all_of.emplace_back();
  for (std::size_t i = 0; i < kMaxTermsAsked; ++i) {
    condition.any_of.push_back({TermOf::rule, "rule-" + std::to_string(i)});
  }
  EXPECT_TRUE(views.history().events(question, Sight::all()));
  condition.any_of.push_back({TermOf::kind, "bounced"});
  EXPECT_EQ(views.history().events(question, Sight::all()).error(), Errc::limit_exceeded);
  EXPECT_EQ(views.history().events(question, Sight::of({"a.test"})).error(), Errc::limit_exceeded);
}

// What many terms would cut is looked for in the events themselves.
TEST(HistoryEventsTest, ManyTermsOfALimitedSightFindTheSame) {
  const auto events = random_events(12, 2'500);
  const FoldedViews views(log_of(events));
  const std::vector<Plain> plain(events.begin(), events.end());
  EventsQuestion question;
  EventCondition& condition = question.wanted.all_of.emplace_back(is(TermOf::rule, "next-hop"));
  for (std::size_t i = 0; i < kMaxTermsCutting; ++i) {
    condition.any_of.push_back({TermOf::rule, "rule-" + std::to_string(i)});
  }
  const Sight sight = Sight::of({"b.test"});
  const auto expected = plainly(plain, question, sight);
  EXPECT_FALSE(expected.empty());
  EXPECT_EQ(told(views, question, sight), expected);
}

TEST(HistoryEventsTest, AliasesAreThoseThatMailWasAcceptedFor) {
  EventLog log;
  for (const char* alias : {"sales-b@a.test", "sales-a@a.test", "info@a.test", "sales-c@b.test",
                            "Info@c.test", "info@c.test", "sales@a.test"}) {
    const std::string text = alias;
    log.add(tests::accepted({.alias = text, .domain = text.substr(text.find('@') + 1)}));
  }
  log.add(
      tests::rejected({.alias = "sales-probe@a.test", .domain = "a.test"}, pb::VERDICT_BY_POLICY));
  const FoldedViews views(log);
  using Names = std::vector<std::string>;
  const auto history = views.history();
  EXPECT_EQ(history.aliases("a.test", "sales-", 9, Sight::all()).value(),
            (Names{"sales-a@a.test", "sales-b@a.test"}));
  EXPECT_EQ(history.aliases("a.test", "SALES", 2, Sight::all()).value(),
            (Names{"sales@a.test", "sales-a@a.test"}));
  // Letters tell these apart, where their domain says so.
  EXPECT_EQ(history.aliases("c.test", "inf", 9, Sight::all()).value(),
            (Names{"info@c.test", "Info@c.test"}));
  EXPECT_EQ(history.aliases("a.test", "sales-", 1, Sight::all())->size(), 1U);
  EXPECT_EQ(history.aliases("a.test", "", 9, Sight::all())->size(), 4U);
  EXPECT_TRUE(history.aliases("a.test", "sales-", 9, Sight::of({"b.test"}))->empty());
  EXPECT_EQ(history.domains(Sight::all()).value(), (Names{"a.test", "b.test", "c.test"}));
  EXPECT_EQ(history.domains(Sight::of({"b.test"})).value(), (Names{"b.test"}));
}

TEST(EventTermsTest, AHostIsFoundByTheNamesThatItIsUnder) {
  Event event = tests::forwarded({.domain = ""});
  event.mutable_forwarded()->mutable_next_hop()->set_mx_host("MX1.a.b.c.d.example.org.");
  event.mutable_forwarded()->mutable_reply()->set_code(250);
  std::vector<std::string> hosts;
  EventTerms terms(Addresses::without);
  terms.read(event);
  terms.for_each([&](std::string_view prefix) {
    if (prefix.front() == 'h') hosts.emplace_back(prefix.substr(1, prefix.size() - 2));
    EXPECT_NE(prefix.front(), 'c');
  });
  EXPECT_EQ(hosts,
            (std::vector<std::string>{"mx1.a.b.c.d.example.org", "a.b.c.d.example.org",
                                      "b.c.d.example.org", "c.d.example.org", "d.example.org"}));
}

TEST(EventTermsTest, ASubjectHasItsFirstWords) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(words_of_subject("Re: Your ORDER, 12-x \xc3\xbc\xc3\xa4"),
            (Words{"re", "your", "order", "12", "x", "\xc3\xbc\xc3\xa4"}));
  EXPECT_EQ(words_of_subject(" -- ").size(), 0U);
  std::string many;
  for (int i = 0; i < 40; ++i) many += "w ";
  EXPECT_EQ(words_of_subject(many).size(), kMaxSubjectWords);
}

TEST(EventSetTest, ASetIsItsOctetsAndNoOthers) {
  std::minstd_rand random(9);
  for (const unsigned count : {0u, 1u, 2u, 60u, 127u, 128u, 500u, 1024u}) {
    EventSet set;
    std::uint32_t greatest = 0;
    for (unsigned i = 0; i < count; ++i) {
      const auto place = count == 1024 ? i : static_cast<std::uint32_t>(random() >> 8) % kStretch;
      set.add(place);
      greatest = std::max(greatest, place);
    }
    std::string octets;
    set.append_to(octets);
    EXPECT_LE(octets.size(), 129U);
    const auto read = EventSet::read(octets);
    ASSERT_TRUE(read) << count;
    EXPECT_EQ(*read, set);
    EXPECT_EQ(set.empty(), count == 0);
    if (count > 0) {
      EXPECT_EQ(set.greatest(), greatest);
    }
    for (std::size_t cut = 0; cut < octets.size(); ++cut) {
      EXPECT_FALSE(EventSet::read(octets.substr(0, cut)));
    }
    EXPECT_FALSE(EventSet::read(octets + "x"));
    if (count != 1) continue;
    std::string one;
    append_one(one, greatest);
    EXPECT_EQ(one, octets);
  }
  EXPECT_FALSE(EventSet::read(std::string("\x02\xff\x07\x00", 4)));  // beyond the stretch
}

}  // namespace
}  // namespace waybill::projector

// The figures against counts that are made from the plain events.
#include "projector/views/figures.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "projector/row_overlay.h"
#include "tests/support/folded_views.h"

namespace waybill::projector {
namespace {

using runtime::WallTime;
using schemas::Event;
using schemas::Sight;
using tests::Copy;
using tests::EventLog;
using tests::FoldedViews;
using tests::kLogStart;
using tests::kSecond;
namespace pb = schemas::pb;

constexpr std::uint64_t kHourNs = 3600 * kSecond;

FiguresQuestion by(FiguresBy what) {
  FiguresQuestion out;
  out.by = what;
  out.to = WallTime::max();
  return out;
}

FiguresSum ask(const FoldedViews& views, const FiguresQuestion& question,
               const Sight& sight = Sight::all()) {
  return views.history().figures(question, sight).value();
}

std::uint64_t count(const FiguresLine& line, Figure figure) { return line.total.at(figure); }

Event at_second(std::uint64_t second, Event event) {
  event.set_occurred_at(kLogStart + second * kSecond);
  return event;
}

Event with_hop(Event event, const std::string& host, std::uint64_t time_spent = 0) {
  if (event.has_forwarded()) {
    event.mutable_forwarded()->mutable_next_hop()->set_mx_host(host);
    event.mutable_forwarded()->set_time_spent(time_spent);
  }
  if (event.has_rejected()) event.mutable_rejected()->mutable_next_hop()->set_mx_host(host);
  if (event.has_deferred()) event.mutable_deferred()->mutable_next_hop()->set_mx_host(host);
  return event;
}

// Of the delivery of that number, which began then.
Event begun_then(Event event, unsigned number, std::uint64_t began) {
  std::string id = tests::delivery_id(number).bytes();
  const std::uint64_t milliseconds = (kLogStart + began * kSecond) / 1'000'000;
  for (int i = 0; i < 6; ++i) id[i] = static_cast<char>(milliseconds >> (40 - 8 * i));
  event.set_delivery_id(id);
  return event;
}

constexpr std::uint64_t kWindow = 72ULL * 3600;

Event forwarded_with_window(unsigned number, std::uint64_t began) {
  Event event =
      begun_then(tests::forwarded({.message = number, .delivery = number}), number, began);
  event.mutable_forwarded()->set_bounce_until(kLogStart + (began + kWindow) * kSecond);
  return at_second(began + 1, std::move(event));
}

// What the view says of itself, once more and as plainly as can be, over decoded events.
class Plain {
 public:
  void add(const Event& event) {
    const std::uint64_t hour = event.occurred_at() / kHourNs;
    const bool of_report = !event.reported_delivery_id().empty() && !event.has_bounced();
    if (of_report) {
      if (!event.has_forwarded()) return;
      count(event, hour, Figure::sent_home);
    } else if (event.has_accepted()) {
      count(event, hour, Figure::accepted);
    } else if (event.has_forwarded()) {
      count(event, hour, Figure::forwarded);
    } else if (event.has_rejected()) {
      const auto by = event.rejected().by();
      count(event, hour,
            by == pb::VERDICT_BY_NEXT_HOP ? Figure::rejected_by_next_hop
            : by == pb::VERDICT_BY_RELAY  ? Figure::rejected_by_relay
                                          : Figure::rejected_by_policy);
    } else if (event.has_deferred()) {
      const auto by = event.deferred().by();
      count(event, hour,
            by == pb::VERDICT_BY_NEXT_HOP ? Figure::deferred_by_next_hop
            : by == pb::VERDICT_BY_RELAY  ? Figure::deferred_by_relay
                                          : Figure::deferred_by_policy);
    } else if (event.has_dropped()) {
      count(event, hour, Figure::dropped);
    } else if (event.has_in_doubt()) {
      count(event, hour, Figure::in_doubt);
    } else if (event.has_bounced()) {
      const auto report = event.bounced().class_();
      if (report == pb::BOUNCE_CLASS_HARD || report == pb::BOUNCE_CLASS_SOFT) {
        count(event, hour, Figure::bounced);
      } else if (report == pb::BOUNCE_CLASS_DELIVERED) {
        count(event, hour, Figure::delivered);
      }
    }
  }

  using Counts = std::array<std::uint64_t, kFigures>;
  // By what, domain, name; then by hour.
  std::map<std::tuple<FiguresBy, std::string, std::string>, std::map<std::uint64_t, Counts>> counts;

  // Of these domains, from that hour to that.
  std::map<std::string, Counts> of(FiguresBy what, const std::set<std::string>& domains,
                                   std::uint64_t from, std::uint64_t to) const {
    std::map<std::string, Counts> out;
    for (const auto& [key, hours] : counts) {
      const auto& [one, domain, name] = key;
      if (one != what || !domains.contains(domain)) continue;
      for (const auto& [hour, numbers] : hours) {
        if (hour < from || hour >= to) continue;
        for (std::size_t i = 0; i < kFigures; ++i) out[name][i] += numbers[i];
      }
    }
    return out;
  }

 private:
  void count(const Event& event, std::uint64_t hour, Figure figure) {
    const auto in = [&](FiguresBy what, const std::string& name) {
      Counts& row = counts[{what, event.domain(), name}][hour];
      ++row[static_cast<std::size_t>(figure)];
      if (figure == Figure::accepted) {
        row[static_cast<std::size_t>(Figure::octets)] += event.accepted().size();
      }
    };
    in(FiguresBy::domain, event.domain());
    const std::string rule = event.has_rejected()   ? event.rejected().rule()
                             : event.has_deferred() ? event.deferred().rule()
                             : event.has_dropped()  ? event.dropped().rule()
                                                    : "";
    const bool aliased = !event.alias().empty() && !event.domain().empty();
    if (aliased) in(FiguresBy::alias, rule == "unknown-alias" ? "" : event.alias());
    const bool unsent = event.has_bounced() && event.sender().empty();
    const bool none = figure == Figure::sent_home || figure == Figure::forwarded || unsent;
    if (event.has_sender() && !none) {
      in(FiguresBy::sender, event.sender().empty() ? "<>" : event.sender());
    }
    if (figure == Figure::sent_home) return;
    if (!rule.empty()) in(FiguresBy::rule, rule);
    const std::string host = event.has_forwarded()  ? event.forwarded().next_hop().mx_host()
                             : event.has_rejected() ? event.rejected().next_hop().mx_host()
                             : event.has_deferred() ? event.deferred().next_hop().mx_host()
                                                    : "";
    if (!host.empty()) in(FiguresBy::next_hop, host);
  }
};

const std::set<std::string> kDomains = {"", "a.test", "b.test", "forward.test"};

// Events of every kind over some hours, of which reports come hours later.
std::vector<Event> random_events(std::uint32_t seed, std::size_t most) {
  std::minstd_rand random(seed);
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() >> 8) % n; };
  std::vector<Event> out;
  for (unsigned number = 1; out.size() < most; ++number) {
    const char* const domains[] = {"", "a.test", "b.test", "forward.test"};
    const std::string domain = domains[below(4)];
    Copy copy{.alias = "alias" + std::to_string(below(5)) + "@" +
                       (below(9) == 0 ? "elsewhere.test" : domain),
              .sender = below(6) == 0 ? "" : "sender" + std::to_string(below(4)) + "@origin.test",
              .domain = domain,
              .message = number,
              .delivery = number};
    const std::uint64_t second = below(6 * 3600);
    const auto by_whom = static_cast<pb::VerdictBy>(1 + below(3));
    const std::string host = "mx" + std::to_string(below(3)) + ".test";
    switch (below(8)) {
      case 0: out.push_back(at_second(second, tests::accepted(copy, below(9000)))); break;
      case 1:
        out.push_back(at_second(second, with_hop(tests::forwarded(copy), host, below(1u << 30))));
        break;
      case 2: {
        Event event = with_hop(tests::rejected(copy, by_whom), below(2) == 0 ? host : "");
        event.mutable_rejected()->set_rule(below(2) == 0 ? "unknown-alias" : "next-hop");
        out.push_back(at_second(second, std::move(event)));
        break;
      }
      case 3: {
        Event event = with_hop(tests::deferred(copy), host);
        event.mutable_deferred()->set_by(by_whom);
        out.push_back(at_second(second, std::move(event)));
        break;
      }
      case 4: out.push_back(at_second(second, tests::dropped(copy))); break;
      case 5: out.push_back(at_second(second, tests::in_doubt(copy))); break;
      case 6:  // across the hour
        out.push_back(at_second(second + 3 * 3600,
                                tests::bounced(copy, static_cast<pb::BounceClass>(1 + below(9)))));
        break;
      case 7: {
        Event event = below(3) == 0 ? tests::rejected(copy, by_whom) : tests::forwarded(copy);
        event.set_reported_delivery_id(tests::delivery_id(1).bytes());
        out.push_back(at_second(second, std::move(event)));
        break;
      }
    }
  }
  return out;
}

std::map<std::string, Plain::Counts> told(const FiguresSum& sum) {
  std::map<std::string, Plain::Counts> out;
  for (const auto& [name, line] : sum.lines) out[name] = line.total.counts;
  if (!sum.rest.total.empty()) out[""] = sum.rest.total.counts;
  return out;
}

constexpr FiguresBy kEverything[] = {FiguresBy::domain, FiguresBy::alias, FiguresBy::next_hop,
                                     FiguresBy::rule, FiguresBy::sender};

TEST(FiguresTest, FiguresEqualCountsOfThePlainEvents) {
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    constexpr unsigned kPartitions = 3;
    Plain plain;
    EventLog logs[kPartitions];
    for (Event& event : random_events(seed, 400)) {
      plain.add(event);
      logs[(event.occurred_at() / kSecond + seed) % kPartitions].add(std::move(event));
    }
    std::vector<std::unique_ptr<FoldedViews>> parts;
    for (const EventLog& log : logs) {
      parts.push_back(std::make_unique<FoldedViews>());
      // Starts in between change nothing.
      for (schemas::LogOffset next; next < log.end();) {
        parts.back()->reopen();
        ASSERT_TRUE(parts.back()->projector().project(log.records(next, 45)));
        next = parts.back()->projector().progress().next_offset;
      }
    }
    const std::uint64_t first = kLogStart / kHourNs;
    for (const FiguresBy what : kEverything) {
      for (const auto& domains : {kDomains, {"a.test"}, {"a.test", "forward.test"}}) {
        const bool whole = domains.size() == kDomains.size();
        const Sight sight = whole ? Sight::all() : Sight::of({domains.begin(), domains.end()});
        for (const auto& [from, to] : {std::pair{first, first + 20}, {first + 2, first + 5}}) {
          FiguresQuestion question = by(what);
          question.from = schemas::wall_time(from * kHourNs);
          question.to = schemas::wall_time(to * kHourNs);
          question.step = FiguresStep::hour;
          const auto expected = plain.of(what, domains, from, to);
          FiguresSum forth;
          FiguresSum back;
          for (std::size_t i = 0; i < parts.size(); ++i) {
            forth.add(ask(*parts[i], question, sight));
            back.add(ask(*parts[parts.size() - 1 - i], question, sight));
          }
          EXPECT_EQ(told(forth), expected) << "seed " << seed << ", by " << static_cast<int>(what);
          EXPECT_EQ(forth, back);
          for (const auto& [name, line] : forth.lines) {
            FigureCounts sum;
            for (const auto& [begin, counts] : line.steps) sum.add(counts);
            EXPECT_EQ(sum, line.total) << name;
          }
        }
      }
    }
  }
}

TEST(FiguresTest, CountsNeverFallWhileEventsComeOneByOne) {
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    EventLog log;
    FoldedViews views;
    std::map<std::tuple<FiguresBy, std::string, WallTime>, Plain::Counts> before;
    for (Event& event : random_events(seed, 150)) {
      log.add(std::move(event));
      views.fold(log);
      for (const FiguresBy what : kEverything) {
        FiguresQuestion question = by(what);
        question.step = FiguresStep::hour;
        for (const auto& [name, line] : ask(views, question).lines) {
          for (const auto& [hour, counts] : line.steps) {
            Plain::Counts& earlier = before[{what, name, hour}];
            for (std::size_t i = 0; i < kFigures; ++i) EXPECT_GE(counts.counts[i], earlier[i]);
            earlier = counts.counts;
          }
        }
      }
    }
    std::size_t lines = 0;
    for (const FiguresBy what : kEverything) {
      FiguresQuestion question = by(what);
      question.step = FiguresStep::hour;
      for (const auto& [name, line] : ask(views, question).lines) lines += line.steps.size();
    }
    EXPECT_EQ(lines, before.size());
  }
}

TEST(FiguresTest, RowsFoldedAnewInOtherBatchesAreTheSameOctets) {
  EventLog log;
  for (Event& event : random_events(5, 500)) log.add(std::move(event));
  FoldedViews one_by_one;
  one_by_one.fold(log, 1);
  FoldedViews at_once;
  at_once.fold(log);
  EXPECT_EQ(one_by_one.digest(), at_once.digest());
  ASSERT_TRUE(rebuild_views(one_by_one.store(), 0, {}));
  EXPECT_EQ(one_by_one.digest(), at_once.digest());
}

TEST(FiguresTest, ABatchThatWasNotAppliedIsNotCounted) {
  for (const auto failure :
       {MemoryViewStore::Failure::not_stored, MemoryViewStore::Failure::stored}) {
    EventLog log;
    for (Event& event : random_events(6, 60)) log.add(std::move(event));
    const FoldedViews expected(log);
    FoldedViews views;
    ASSERT_TRUE(views.projector().project(log.records({}, 30)));
    views.store().fail_nth(1, failure);
    ASSERT_FALSE(views.projector().project(log.records(schemas::LogOffset(30), 30)));
    ASSERT_TRUE(views.projector().resume());
    views.fold(log);
    EXPECT_EQ(views.digest(), expected.digest());
  }
}

std::string rows_of(const std::vector<Event>& events, std::size_t most_held) {
  MemoryViewStore store;
  WriteBatch batch;
  RowOverlay rows(store, batch);
  Figures view(most_held);
  for (const Event& event : events) {
    EXPECT_TRUE(view.fold(event, {}, rows));
    view.settle(rows);
    rows.settle();
    EXPECT_TRUE(store.apply(batch));
    batch.clear();
    rows.applied();
    view.applied();
  }
  std::string out;
  EXPECT_TRUE(store.scan(Table::figures, {}, {}, [&](auto key, auto value) {
    out.append(key).append("=").append(value).append(";");
    return true;
  }));
  return out;
}

TEST(FiguresTest, RowsThatWereLetGoAreReadAnew) {
  const auto events = random_events(7, 300);
  const std::string expected = rows_of(events, kMostHeld);
  EXPECT_EQ(rows_of(events, 0), expected);
  EXPECT_EQ(rows_of(events, 40), expected);
}

TEST(FiguresTest, NamesBeyondTheBoundAreCountedWithoutTheirNames) {
  EventLog log;
  const std::uint64_t names = kMostNames + 10;
  for (std::uint64_t i = 0; i < names; ++i) {
    log.add(at_second(0, tests::accepted({.sender = "s" + std::to_string(i) + "@origin.test"})));
  }
  // Those that are known are counted on, in the next hour all begin anew.
  log.add(at_second(1, tests::accepted({.sender = "s3@origin.test"})));
  log.add(at_second(3600, tests::accepted({.sender = "late@origin.test"})));
  FoldedViews views;
  views.fold(log, 100);
  const FiguresSum sum = ask(views, by(FiguresBy::sender));
  EXPECT_EQ(sum.lines.size(), kMostNames + 1);
  EXPECT_EQ(count(sum.rest, Figure::accepted), 10u);
  EXPECT_EQ(count(sum.lines.at("s3@origin.test"), Figure::accepted), 2u);
  EXPECT_EQ(count(sum.lines.at("late@origin.test"), Figure::accepted), 1u);
}

TEST(FiguresTest, WhoGuessesTakesNoPlaceFromThoseWhoHaveMail) {
  constexpr std::uint64_t kPlaces = kMostAliases / kRefusedPart;
  EventLog log;
  for (std::uint64_t i = 0; i < kPlaces + 10; ++i) {
    const std::string text = std::to_string(i);
    Event event =
        tests::rejected({.alias = "guess" + text + "@forward.test"}, pb::VERDICT_BY_POLICY);
    event.mutable_rejected()->set_rule(i == 0 ? "unknown-alias" : "client-listed");
    log.add(at_second(0, std::move(event)));
  }
  log.add(at_second(1, tests::accepted({})));
  const FoldedViews views(log);
  const FiguresSum sum = ask(views, by(FiguresBy::alias));
  EXPECT_EQ(sum.lines.size(), kPlaces + 1);
  EXPECT_EQ(count(sum.rest, Figure::rejected_by_policy), 10u);
  EXPECT_EQ(count(sum.lines.at("shop@forward.test"), Figure::accepted), 1u);
}

TEST(FiguresTest, ANextHopHasItsRefusalsByRuleAndItsTimes) {
  EventLog log;
  for (int i = 0; i < 90; ++i) {
    log.add(at_second(0, with_hop(tests::forwarded({}), "mx.test", 200'000'000)));
  }
  for (int i = 0; i < 10; ++i) {
    log.add(at_second(0, with_hop(tests::forwarded({}), "mx.test", 5'000'000'000)));
  }
  for (int i = 0; i < 3; ++i) {
    Event event = with_hop(tests::rejected({}, pb::VERDICT_BY_NEXT_HOP), "mx.test");
    event.mutable_rejected()->set_rule(i == 0 ? "next-hop" : "next-hop-reputation");
    log.add(at_second(0, std::move(event)));
  }
  const FoldedViews views(log);
  const FiguresSum sum = ask(views, by(FiguresBy::next_hop));
  ASSERT_EQ(sum.lines.size(), 1u);
  const FiguresLine& line = sum.lines.at("mx.test");
  EXPECT_EQ(count(line, Figure::forwarded), 100u);
  EXPECT_EQ(count(line, Figure::rejected_by_next_hop), 3u);
  EXPECT_EQ(line.rules.at("next-hop-reputation"), 2u);
  EXPECT_EQ(line.total.answer_times.count(), 100u);
  EXPECT_NEAR(static_cast<double>(line.total.answer_times.at(0.5)->count()), 200e3, 200e3 * 0.112);
  EXPECT_NEAR(static_cast<double>(line.total.answer_times.at(0.95)->count()), 5e6, 5e6 * 0.112);
}

TEST(FiguresTest, TheTimeOfAPlaceIsNearEveryTimeInIt) {
  for (double time = 64e3; time < 17e12; time *= 1.003) {
    const auto place = answer_place(static_cast<std::uint64_t>(time));
    const auto told_time = static_cast<double>(time_of_place(place).count()) * 1e3;
    EXPECT_LE(std::abs(told_time - time), time * 0.112) << time;
  }
  EXPECT_EQ(answer_place(0), 0);
  EXPECT_EQ(answer_place(~std::uint64_t{0}), kAnswerPlaces - 1);
}

TEST(FiguresTest, AWindowWaitsUntilAReportOrItsEnd) {
  EventLog log;
  for (unsigned number = 1; number <= 5; ++number) log.add(forwarded_with_window(number, 60));
  log.add(forwarded_with_window(6, 2 * 3600));
  // The null sender has no return path.
  log.add(at_second(5, begun_then(tests::forwarded({}), 7, 60)));
  const auto report = [&](unsigned number, pb::BounceClass report_class, bool late = false) {
    Event event = begun_then(tests::bounced({}, report_class), number, 60);
    event.mutable_bounced()->set_late(late);
    log.add(at_second(20 * 3600, std::move(event)));
  };
  report(1, pb::BOUNCE_CLASS_HARD);
  report(1, pb::BOUNCE_CLASS_HARD);  // of another recipient, or once more
  report(2, pb::BOUNCE_CLASS_DELIVERED);
  report(3, pb::BOUNCE_CLASS_DELAYED);
  report(4, pb::BOUNCE_CLASS_HARD, true);
  FoldedViews views;
  views.fold(log, 1);

  FiguresQuestion question = by(FiguresBy::domain);
  const auto windows_at = [&](std::uint64_t second) {
    question.known_until = schemas::wall_time(kLogStart + second * kSecond);
    return ask(views, question).lines.at("forward.test").windows;
  };
  EXPECT_EQ(windows_at(0), (Windows{6, 4, 0, 1, 1}));
  EXPECT_EQ(windows_at(kWindow + 3599), (Windows{6, 4, 0, 1, 1}));
  EXPECT_EQ(windows_at(kWindow + 3600), (Windows{6, 1, 3, 1, 1}));
  EXPECT_EQ(windows_at(kWindow + 3 * 3600), (Windows{6, 0, 4, 1, 1}));
  question.from = schemas::wall_time(kLogStart + kHourNs);
  EXPECT_EQ(windows_at(0), (Windows{1, 1, 0, 0, 0}));
  EXPECT_EQ(count(ask(views, by(FiguresBy::domain)).lines.at("forward.test"), Figure::bounced), 3u);
}

TEST(FiguresTest, DaysBeginAtTheMidnightOfTheClockThatIsAsked) {
  EventLog log;
  // 2026-03-01T12:00Z and the 24 hours behind it, an event each.
  for (std::uint64_t hour = 0; hour < 24; ++hour) {
    log.add(at_second(hour * 3600 + 1800, tests::dropped({})));
  }
  const FoldedViews views(log);
  const auto days = [&](int minutes) {
    FiguresQuestion question = by(FiguresBy::domain);
    question.step = FiguresStep::day;
    question.utc_offset = std::chrono::minutes(minutes);
    std::map<std::string, std::uint64_t> out;
    const FiguresLine line = ask(views, question).lines.at("forward.test");
    for (const auto& [day, counts] : line.steps) {
      out[schemas::rfc3339(day).substr(0, 16)] = counts.at(Figure::dropped);
    }
    return out;
  };
  using Days = std::map<std::string, std::uint64_t>;
  EXPECT_EQ(days(0), (Days{{"2026-03-01T00:00", 12}, {"2026-03-02T00:00", 12}}));
  EXPECT_EQ(days(60), (Days{{"2026-02-28T23:00", 11}, {"2026-03-01T23:00", 13}}));
  EXPECT_EQ(days(-480), (Days{{"2026-03-01T08:00", 20}, {"2026-03-02T08:00", 4}}));
  // An hour that midnight cuts is of the day in which it begins.
  EXPECT_EQ(days(330), (Days{{"2026-02-28T18:30", 7}, {"2026-03-01T18:30", 17}}));
}

TEST(FiguresTest, OfAnotherDomainNothingIsThere) {
  EventLog log;
  log.add(at_second(0, tests::accepted({.domain = "a.test"})));
  log.add(at_second(0, tests::accepted({.domain = "a.testing"})));
  const FoldedViews views(log);
  for (const FiguresBy what : kEverything) {
    FiguresQuestion question = by(what);
    EXPECT_EQ(ask(views, question, Sight::of({"b.test", "a", "a.tes"})), FiguresSum());
    question.domain = "a.testing";
    EXPECT_EQ(ask(views, question, Sight::of({"a.test"})), FiguresSum());
  }
  EXPECT_EQ(ask(views, by(FiguresBy::domain), Sight::of({"a.test"})).lines.size(), 1u);
  EXPECT_EQ(ask(views, by(FiguresBy::domain)).lines.size(), 2u);
}

}  // namespace
}  // namespace waybill::projector

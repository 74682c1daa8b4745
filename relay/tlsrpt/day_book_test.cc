#include "relay/tlsrpt/day_book.h"

#include <gtest/gtest.h>

namespace waybill::relay::tlsrpt {
namespace {

using namespace std::chrono_literals;
using runtime::WallTime;
using std::chrono::days;

constexpr Date kDay = std::chrono::sys_days(std::chrono::year(2026) / 3 / 7);
constexpr WallTime kNoon = kDay + 12h;

Session session(const std::string& domain, std::optional<ResultType> failed = {},
                const std::string& reason = "") {
  Session out;
  out.domain = domain;
  out.policy.domain = domain;
  if (failed) out.failure = Failure{*failed, "192.0.2.1", "mx." + domain, "192.0.2.9", reason};
  return out;
}

// "2026-03-07 a.test 2+1" of each domain of each day that is there.
std::string words(const DayBook& book, Date from = kDay - days(2), int count = 6) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    const Date date = from + days(i);
    const Day* const day = book.find(date);
    if (day == nullptr) continue;
    for (const auto& [domain, policies] : day->domains) {
      Tally all;
      for (const auto& [policy, tally] : policies) {
        all.successful += tally.successful;
        all.failed += tally.failed;
      }
      out += (out.empty() ? "" : ", ") + std::to_string((date - kDay).count()) + " " + domain +
             " " + std::to_string(all.successful) + "+" + std::to_string(all.failed);
    }
  }
  return out;
}

TEST(DayBookTest, CountsByDayAndDomainAndPolicyAndFailure) {
  DayBook book;
  EXPECT_TRUE(book.count(session("a.test"), kNoon));
  EXPECT_TRUE(book.count(session("a.test"), kNoon + 1h));
  EXPECT_TRUE(book.count(session("b.test", ResultType::certificate_expired), kNoon));
  EXPECT_TRUE(book.count(session("b.test", ResultType::certificate_expired), kNoon));
  EXPECT_TRUE(book.count(session("b.test", ResultType::validation_failure), kNoon));
  Session other = session("b.test");
  other.policy.type = PolicyType::sts;
  EXPECT_TRUE(book.count(other, kNoon));
  EXPECT_TRUE(book.count(session("a.test"), kDay + days(1)));
  EXPECT_EQ(words(book), "0 a.test 2+0, 0 b.test 1+3, 1 a.test 1+0");
  const Policies& policies = book.find(kDay)->domains.at("b.test");
  ASSERT_EQ(policies.size(), 2U);
  const Tally& tally = policies.rbegin()->second;
  ASSERT_EQ(tally.details.size(), 2U);
  EXPECT_EQ(tally.details.begin()->second, 2U);
}

TEST(DayBookTest, EndsADayAtMidnightOfUtcAndForgetsWhatIsDone) {
  DayBook book;
  book.count(session("a.test"), kNoon);
  book.count(session("b.test"), kDay + days(1) - 1ns);
  EXPECT_EQ(book.ended(kDay + days(1) - 1ns).size(), 0U);
  EXPECT_EQ(book.ended(kDay + days(1)), std::vector<Date>{kDay});
  book.done(kDay, "a.test");
  book.done(kDay, "nobody.test");
  EXPECT_EQ(words(book), "0 b.test 1+0");
  book.done(kDay, "b.test");
  EXPECT_EQ(book.ended(kDay + days(1)).size(), 0U);
  EXPECT_EQ(book.find(kDay), nullptr);
}

// A report has one id: what it says must not change once it may have gone.
TEST(DayBookTest, ADayThatEndedTakesNothingWhenTheClockIsSetBack) {
  DayBook book;
  book.count(session("a.test"), kNoon);
  const WallTime midnight = kDay + days(1);
  EXPECT_EQ(book.ended(midnight + 1s), std::vector<Date>{kDay});
  book.count(session("a.test"), midnight - 5min);
  EXPECT_EQ(book.ended(midnight - 5min), std::vector<Date>{kDay}) << "it stays ended";
  book.count(session("a.test"), midnight - 4min);
  book.count(session("a.test"), midnight + 1min);
  EXPECT_EQ(words(book), "0 a.test 1+0, 1 a.test 3+0");
}

TEST(DayBookTest, OutlivesAClockThatWasYearsAhead) {
  DayBook book;
  book.count(session("a.test"), kNoon);
  const WallTime ahead = kNoon + days(3650);
  book.count(session("a.test"), ahead);
  EXPECT_EQ(book.ended(ahead), std::vector<Date>{kDay});
  // Set right again, and asked before the next session.
  EXPECT_EQ(book.ended(kNoon + 1h).size(), 0U);
  book.count(session("a.test"), kNoon + 1h);
  EXPECT_EQ(words(book), "0 a.test 2+0");
  EXPECT_EQ(book.find(kDay + days(3650)), nullptr) << "what lies ahead is forgotten";
  EXPECT_EQ(book.ended(kDay + days(1)), std::vector<Date>{kDay});
}

TEST(DayBookTest, KeepsToItsBounds) {
  DayBook book;
  for (std::size_t i = 0; i < kMostDomains; ++i) {
    ASSERT_TRUE(book.count(session("d" + std::to_string(i) + ".test"), kNoon)) << i;
  }
  EXPECT_FALSE(book.count(session("more.test"), kNoon));
  EXPECT_TRUE(book.count(session("d7.test"), kNoon)) << "of one that is there";
  EXPECT_LE(book.text().size(), kMostOctets + 1'000'000);
  EXPECT_TRUE(book.count(session("more.test"), kNoon + days(1))) << "on another day";

  DayBook one;
  for (std::size_t i = 0; i < kMostPolicies; ++i) {
    Session many = session("a.test");
    many.policy.lines = {std::to_string(i)};
    ASSERT_TRUE(one.count(many, kNoon));
  }
  Session more = session("a.test");
  more.policy.lines = {"one more"};
  EXPECT_FALSE(one.count(more, kNoon));
}

TEST(DayBookTest, CountsAFailureWhoseDetailsHaveNoRoom) {
  DayBook book;
  for (std::size_t i = 0; i < kMostDetails; ++i) {
    ASSERT_TRUE(
        book.count(session("a.test", ResultType::validation_failure, std::to_string(i)), kNoon));
  }
  EXPECT_FALSE(book.count(session("a.test", ResultType::validation_failure, "more"), kNoon));
  EXPECT_EQ(words(book), "0 a.test 0+51");
}

// Policies of many patterns, and strangers' words.
TEST(DayBookTest, KeepsToItsOctetsWhateverStrangersSay) {
  DayBook book;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < kMostDomains; ++i) {
    Session large = session("d" + std::to_string(i) + ".test", ResultType::validation_failure,
                            std::string(4096, '"'));
    large.policy.mx.assign(100, std::string(255, 'x'));
    kept += book.count(large, kNoon) ? 1 : 0;
  }
  EXPECT_GT(kept, 100U);
  EXPECT_LT(kept, 1000U);
  EXPECT_LE(book.text().size(), 2 * kMostOctets);
  for (const auto& [domain, policies] : book.find(kDay)->domains) {
    for (const auto& [failure, sessions] : policies.begin()->second.details) {
      EXPECT_EQ(failure.reason.size(), kMostReason);
    }
  }
  // Room comes back with what is done.
  std::vector<std::string> domains;
  for (const auto& [domain, policies] : book.find(kDay)->domains) domains.push_back(domain);
  for (const std::string& domain : domains) book.done(kDay, domain);
  EXPECT_TRUE(book.count(session("fresh.test"), kNoon));
}

TEST(DayBookTest, CleansWhatANextHopSaid) {
  DayBook book;
  book.count(session("a.test", ResultType::validation_failure, "500 \xff\x1b[2J\r\nno"), kNoon);
  const Tally& tally = book.find(kDay)->domains.at("a.test").begin()->second;
  EXPECT_EQ(tally.details.begin()->first.reason, "500 ??[2J??no");
}

TEST(DayBookTest, IsReadAsItWasWritten) {
  DayBook book;
  Session one = session("a.test", ResultType::sts_webpki_invalid, "why \"so\"");
  one.policy = {PolicyType::sts, {"version: STSv1", "mode: testing"}, "a.test", {"*.a.test"}};
  book.count(one, kNoon);
  book.count(session("a.test"), kNoon);
  book.count(session("b.test", ResultType::dane_required), kNoon + days(1));
  const std::string text = book.text();
  const DayBook again = DayBook::read(text);
  EXPECT_EQ(again.text(), text);
  EXPECT_EQ(again.find(kDay)->begun, kNoon);
  EXPECT_EQ(words(again), "0 a.test 1+1, 1 b.test 0+1");
  EXPECT_EQ(DayBook::read("rubbish\n" + text + "{\"day\":1}\n{\"day\":-1,\"begun\":2}\n").text(),
            text);
  EXPECT_EQ(DayBook::read(text.substr(0, text.size() / 2)).text().size() < text.size(), true);
}

}  // namespace
}  // namespace waybill::relay::tlsrpt

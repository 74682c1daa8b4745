#include "projector/views/return_paths.h"

#include <gtest/gtest.h>

#include "projector/views/return_path_row.h"
#include "tests/support/folded_views.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using schemas::DeliveryId;
using schemas::Event;
using schemas::MessageId;
using schemas::ReturnPath;
using tests::EventLog;
using tests::FoldedViews;
using tests::kLogStart;
using tests::kSecond;

constexpr std::uint64_t kHourOfNanoseconds = 3600 * kSecond;

// As the relay makes one at that time (RFC 9562 5.7).
DeliveryId made_at(std::uint64_t nanoseconds, std::uint8_t number = 1) {
  DeliveryId::Octets octets{};
  const std::uint64_t milliseconds = nanoseconds / 1'000'000;
  for (std::size_t i = 0; i < 6; ++i) {
    octets[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
  }
  octets[15] = number;
  return DeliveryId(octets);
}

Event accepted(const DeliveryId& delivery, std::uint64_t at) {
  Event event = tests::accepted({});
  event.set_occurred_at(at);
  auto& body = *event.mutable_accepted();
  body.clear_targets();
  auto& target = *body.add_targets();
  target.set_delivery_id(delivery.bytes());
  target.set_target("owner@mailbox.test");
  body.set_originator_verified(true);
  body.set_originator_reason("SPF passed");
  body.mutable_dsn()->set_envid("QQ314159");
  return event;
}

Event forwarded(const DeliveryId& delivery, std::uint64_t at, std::uint64_t until) {
  Event event = tests::forwarded({});
  event.set_occurred_at(at);
  event.set_delivery_id(delivery.bytes());
  event.mutable_forwarded()->set_bounce_until(until);
  return event;
}

Event report(unsigned message, const DeliveryId& on, char digest, std::uint64_t at) {
  Event event = tests::accepted({.sender = "", .message = message, .delivery = 100 + message});
  event.set_occurred_at(at);
  event.set_reported_delivery_id(on.bytes());
  event.mutable_accepted()->set_content_digest(std::string(32, digest));
  return event;
}

Event outcome(unsigned message, const DeliveryId& on, Event event, std::uint64_t at) {
  event.set_message_id(tests::message_id(message).bytes());
  event.set_occurred_at(at);
  event.set_reported_delivery_id(on.bytes());
  return event;
}

class ReturnPathsTest : public ::testing::Test {
 protected:
  runtime::Result<ReturnPath> find(const DeliveryId& id) {
    views_.fold(log_);
    return views_.history().return_path(id);
  }

  EventLog log_;
  FoldedViews views_;
  const DeliveryId id_ = made_at(kLogStart);
};

TEST_F(ReturnPathsTest, NameTheSenderFromTheAcceptanceOn) {
  log_.add(accepted(id_, kLogStart));
  const auto path = find(id_);
  ASSERT_TRUE(path);
  EXPECT_EQ(path->sender, "ann@origin.test");
  EXPECT_EQ(path->alias, "shop@forward.test");
  EXPECT_EQ(path->target, "owner@mailbox.test");
  EXPECT_EQ(path->dsn.envid, "QQ314159");
  EXPECT_TRUE(path->verified);
  EXPECT_EQ(path->accepted_at, schemas::wall_time(kLogStart));
}

// A retry of a mail that was put off goes on under the same delivery.
TEST_F(ReturnPathsTest, AreOfTheLastTry) {
  const std::uint64_t later = kLogStart + 3600 * kSecond;
  log_.add(accepted(id_, kLogStart));
  Event again = accepted(id_, later);
  again.set_message_id(tests::message_id(7).bytes());
  again.mutable_accepted()->mutable_dsn()->set_envid("again");
  log_.add(std::move(again));
  const auto path = find(id_);
  ASSERT_TRUE(path);
  EXPECT_EQ(path->accepted_at, schemas::wall_time(later));
  EXPECT_EQ(path->message, tests::message_id(7));
  EXPECT_EQ(path->dsn.envid, "again");
}

TEST_F(ReturnPathsTest, WhatWasNeverAcceptedIsNotThere) {
  log_.add(forwarded(id_, kLogStart, kLogStart + kSecond));
  EXPECT_EQ(find(id_).error(), Errc::not_found);
}

TEST_F(ReturnPathsTest, AReportIsOpenUntilNothingIsLeftToBeHandedOn) {
  log_.add(accepted(id_, kLogStart));
  log_.add(report(2, id_, 'x', kLogStart + kSecond));
  ASSERT_EQ(find(id_)->reports.size(), 1U);
  EXPECT_FALSE(find(id_)->reports[0].done);
  log_.add(outcome(2, id_, tests::deferred({}), kLogStart + 2 * kSecond));
  log_.add(outcome(2, id_, tests::in_doubt({}), kLogStart + 2 * kSecond));
  EXPECT_FALSE(find(id_)->reports[0].done);
  // The reporter comes again: the same octets in another message.
  log_.add(report(3, id_, 'x', kLogStart + 3 * kSecond));
  ASSERT_EQ(find(id_)->reports.size(), 1U);
  log_.add(outcome(2, id_, tests::forwarded({}), kLogStart + 4 * kSecond));
  EXPECT_FALSE(find(id_)->reports[0].done) << "of another try";
  log_.add(outcome(3, id_, tests::forwarded({}), kLogStart + 4 * kSecond));
  EXPECT_TRUE(find(id_)->reports[0].done);
  log_.add(report(4, id_, 'y', kLogStart + 5 * kSecond));
  EXPECT_EQ(find(id_)->reports.size(), 2U);
}

TEST_F(ReturnPathsTest, AReportOnNothingMakesNoPath) {
  log_.add(report(2, id_, 'x', kLogStart));
  EXPECT_EQ(find(id_).error(), Errc::not_found);
}

constexpr auto kKept =
    static_cast<std::uint64_t>(std::chrono::nanoseconds(projector::kKept).count());
constexpr std::uint64_t kDay = 24 * kHourOfNanoseconds;

// Mail on each day from `from` on, the last at `to`: a clock that is right.
void add_days(EventLog& log, std::uint64_t from, std::uint64_t to) {
  std::uint8_t number = 100;
  for (std::uint64_t at = from; at < to; at += kDay) log.add(accepted(made_at(at, ++number), at));
  log.add(accepted(made_at(to, 99), to));
}

TEST_F(ReturnPathsTest, AreGoneOnceTheLongestWindowAndItsMarginAreOver) {
  log_.add(accepted(id_, kLogStart));
  const std::uint64_t last = kLogStart + kKept;
  add_days(log_, kLogStart + kDay, last);
  EXPECT_TRUE(find(id_)) << "the last moment";
  const std::uint64_t later = last + kHourOfNanoseconds;
  log_.add(accepted(made_at(later, 3), later));
  EXPECT_EQ(find(id_).error(), Errc::not_found);
  EXPECT_TRUE(find(made_at(last, 99)));
  // What speaks of it later does not bring it back.
  log_.add(forwarded(id_, later + kSecond, later));
  log_.add(report(9, id_, 'x', later + kSecond));
  EXPECT_EQ(find(id_).error(), Errc::not_found);
}

// Clocks that jump, as they were met: a second, an hour, 20 days, years; for one event or for many.
TEST_F(ReturnPathsTest, NoClockThatJumpsTakesAWayHome) {
  constexpr std::int64_t kSeconds[] = {
      1, -1, 3600, -3600, 20 * 86'400, 3650LL * 86'400, -3650LL * 86'400};
  for (const std::int64_t jump : kSeconds) {
    for (const int events : {1, 1000}) {
      EventLog log;
      log.add(accepted(id_, kLogStart));
      const std::uint64_t wrong = kLogStart + static_cast<std::uint64_t>(jump) * kSecond;
      for (int i = 0; i < events; ++i) {
        const std::uint64_t at = wrong + static_cast<std::uint64_t>(i) * 60 * kSecond;
        log.add(accepted(made_at(at, 2), at));
      }
      const std::uint64_t right = kLogStart + kHourOfNanoseconds;
      log.add(accepted(made_at(right, 3), right));
      FoldedViews views(log);
      EXPECT_TRUE(views.history().return_path(id_)) << jump << " before, " << events;
      EXPECT_TRUE(views.history().return_path(made_at(right, 3))) << jump << " after, " << events;
      // And what is old goes again, once the clock was right for long enough.
      add_days(log, right + kDay, right + 2 * kKept);
      views.fold(log);
      EXPECT_EQ(views.history().return_path(id_).error(), Errc::not_found) << jump;
      EXPECT_TRUE(views.history().return_path(made_at(right + 2 * kKept, 99))) << jump;
    }
  }
}

// One of two relays is years ahead, for months.
TEST_F(ReturnPathsTest, ARelayWithAnotherClockTakesNoWayHomeFromTheOthers) {
  for (int day = 0; day < 60; ++day) {
    const std::uint64_t at = kLogStart + static_cast<std::uint64_t>(day) * kDay;
    log_.add(accepted(made_at(at, 1), at));
    log_.add(accepted(made_at(at + 400 * kDay, 2), at + 400 * kDay));
  }
  EXPECT_TRUE(find(made_at(kLogStart + 59 * kDay, 1)));
  EXPECT_TRUE(find(made_at(kLogStart + 50 * kDay, 1)));
}

// I4: however the log is cut into batches, and whatever is erased in the middle of one.
TEST_F(ReturnPathsTest, AreTheSameForEveryBatch) {
  for (std::uint8_t i = 0; i < 40; ++i) {
    const std::uint64_t at = kLogStart + i * 17 * kHourOfNanoseconds;
    log_.add(accepted(made_at(at, i), at));
    log_.add(forwarded(made_at(at, i), at + kSecond, at + kHourOfNanoseconds));
    if (i > 3)
      log_.add(report(50U + i, made_at(at - 51 * kHourOfNanoseconds, i), 'z', at + kSecond));
  }
  FoldedViews whole(log_);
  for (const std::size_t batch : {1U, 2U, 7U, 50U}) {
    FoldedViews views;
    views.fold(log_, batch);
    EXPECT_EQ(views.digest(), whole.digest()) << batch;
  }
}

TEST(ReportsRowTest, ARowCutShortIsCorrupt) {
  std::string row;
  append_reports_row({{MessageId(), std::string(32, 'd'), false}}, row);
  for (std::size_t size = 1; size < row.size(); ++size) {
    EXPECT_FALSE(read_reports_row(std::string_view(row).substr(0, size))) << size;
  }
  EXPECT_EQ(read_reports_row(row).value().size(), 1U);
  std::string time;
  append_log_time({1, 2, 3, schemas::EventIndex(4)}, time);
  EXPECT_EQ(read_log_time(time).value().horizon, 3U);
  for (std::size_t size = 0; size < time.size(); ++size) {
    EXPECT_FALSE(read_log_time(std::string_view(time).substr(0, size))) << size;
  }
}

}  // namespace
}  // namespace waybill::projector

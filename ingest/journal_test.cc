#include "ingest/journal.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <future>

#include "ingest/event_counters.h"
#include "ingest/memory_journal_store.h"
#include "tests/support/counted_events.h"
#include "tests/support/event_log.h"
#include "tests/support/forwarding_journal_store.h"
#include "tests/support/ordinals.h"
#include "tests/support/run_task.h"

namespace waybill::ingest {

using namespace schemas::ordinal_literals;

namespace {

using runtime::Errc;
using runtime::Result;
using schemas::Event;
using tests::accepted;
using tests::dropped;
using tests::forwarded;

// A store that counts what a sync costs.
class CountingStore final : public tests::ForwardingJournalStore {
 public:
  using ForwardingJournalStore::ForwardingJournalStore;

  Result<void> commit(const JournalWrite& write) override {
    ++commits;
    return ForwardingJournalStore::commit(write);
  }

  int commits = 0;
};

// What an append gave: nothing while it is open.
using Answer = std::shared_ptr<std::optional<Result<void>>>;

// The journal's hand-driven world: nothing is committed unless the test says so.
class JournalTest : public ::testing::Test {
 protected:
  Answer append(std::vector<Event> events) {
    const auto answer = std::make_shared<std::optional<Result<void>>>();
    boost::asio::co_spawn(io_, journal_->append(std::move(events)),
                          [answer](std::exception_ptr thrown, Result<void> result) {
                            ASSERT_FALSE(thrown);
                            *answer = result;
                          });
    run();
    return answer;
  }
  Answer append(Event event) { return append(std::vector<Event>{std::move(event)}); }

  bool commit() {
    const bool any = journal_->commit_pending();
    run();
    return any;
  }

  void run() {
    io_.restart();
    io_.poll();
  }

  void restart(JournalLimits limits = {}) { journal_.emplace(store_, limits); }

  std::vector<Event> stored() const {
    std::vector<Event> out;
    const auto records = store_.read(store_.first_seq(), SIZE_MAX, SIZE_MAX);
    EXPECT_TRUE(records);
    for (const JournalRecord& record : *records) {
      out.emplace_back();
      EXPECT_TRUE(out.back().ParseFromString(record.value));
    }
    return out;
  }

  boost::asio::io_context io_;
  MemoryJournalStore kept_;
  CountingStore store_{kept_};
  std::optional<Journal> journal_{std::in_place, store_, JournalLimits()};
};

// Of a wait that is to end sooner.
constexpr std::chrono::seconds kLongWait{40};
constexpr std::chrono::seconds kSoon{20};

bool is_open(const Answer& answer) { return !answer->has_value(); }
bool is_success(const Answer& answer) { return answer->has_value() && (*answer)->has_value(); }
bool is_failure(const Answer& answer, Errc code) {
  return answer->has_value() && !(*answer)->has_value() && (*answer)->error() == code;
}

Event numbered(unsigned number) { return accepted({.message = number, .delivery = number}); }

Event refused_at_rcpt() { return tests::rejected({.delivery = 0}, schemas::pb::VERDICT_BY_POLICY); }

TEST_F(JournalTest, CommitsNothingWhenNothingIsQueued) {
  EXPECT_FALSE(commit());
  EXPECT_EQ(store_.commits, 0);
  EXPECT_EQ(journal_->end_seq(), 1_seq);
}

TEST_F(JournalTest, WakesNobodyBeforeTheCommit) {
  const Answer answer = append(numbered(1));
  EXPECT_TRUE(is_open(answer));
  EXPECT_EQ(store_.end_seq(), 1_seq);
  EXPECT_EQ(journal_->end_seq(), 1_seq);
  EXPECT_TRUE(commit());
  EXPECT_TRUE(is_success(answer));
  EXPECT_EQ(journal_->end_seq(), 2_seq);
}

TEST_F(JournalTest, CountsWhatBecameDurableByKind) {
  runtime::Metrics metrics;
  EventCounters counters(metrics);
  using Counts = std::map<std::string, std::uint64_t>;
  Counts expected;
  for (const schemas::KindTraits& kind : schemas::kKinds) expected[std::string(kind.word)] = 0;
  EXPECT_EQ(tests::counted_events(metrics), expected);
  append(numbered(9));
  commit();
  journal_->count_events(counters);

  // A report on a delivery counts as mail does, whatever became of it.
  Event report_in_doubt = tests::in_doubt({.message = 2, .delivery = 2});
  report_in_doubt.set_reported_delivery_id(tests::delivery_id(1).bytes());
  append(std::vector<Event>{numbered(1), numbered(2)});
  append(std::vector<Event>{tests::in_doubt({}), report_in_doubt, refused_at_rcpt()});
  EXPECT_EQ(tests::counted_events(metrics), expected);
  commit();
  expected["accepted"] = 2;
  expected["in_doubt"] = 2;
  expected["rejected"] = 1;
  EXPECT_EQ(tests::counted_events(metrics), expected);

  restart({.max_octets = 1});
  journal_->count_events(counters);
  append(numbered(3));
  commit();
  kept_.fail_commit_after(0, false);
  append(tests::forwarded({}));
  commit();
  EXPECT_EQ(tests::counted_events(metrics), expected);
}

TEST_F(JournalTest, SharesOneCommitAmongAllWhoWait) {
  std::vector<Answer> answers;
  for (unsigned i = 1; i <= 50; ++i) answers.push_back(append(numbered(i)));
  EXPECT_TRUE(commit());
  EXPECT_EQ(store_.commits, 1);
  for (const Answer& answer : answers) EXPECT_TRUE(is_success(answer));
  EXPECT_EQ(store_.end_seq(), 51_seq);
}

TEST_F(JournalTest, KeepsTheOrderOfAppendsAndOfEventsInOne) {
  append({numbered(1), numbered(2)});
  append(numbered(3));
  commit();
  append(numbered(4));
  commit();
  const auto events = stored();
  ASSERT_EQ(events.size(), 4u);
  for (unsigned i = 0; i < 4; ++i) {
    EXPECT_EQ(events[i].message_id(), tests::message_id(i + 1).bytes());
  }
}

TEST_F(JournalTest, GivesDenseNodeNumbersInsideTheStoredOctets) {
  Event own = numbered(1);
  own.set_node_seq(77);  // the log gives the number, whatever the event says
  append({own, numbered(2)});
  commit();
  append(numbered(3));
  commit();
  restart();
  append(numbered(4));
  commit();
  const auto events = stored();
  ASSERT_EQ(events.size(), 4u);
  for (unsigned i = 0; i < 4; ++i) EXPECT_EQ(events[i].node_seq(), i + 1);
}

TEST_F(JournalTest, OpensAtTheAcceptanceAndClosesAtTheOutcome) {
  Event two_targets = accepted({.message = 1, .delivery = 1});
  tests::add_target(two_targets, 2, "second@mailbox.test");
  append({refused_at_rcpt(), two_targets});
  commit();
  const auto open = store_.open_deliveries();
  ASSERT_EQ(open->size(), 2u);
  for (const OpenDelivery& delivery : *open) EXPECT_EQ(delivery.accepted_seq, 2_seq);
  append(forwarded({.delivery = 2}));
  commit();
  ASSERT_EQ(store_.open_deliveries()->size(), 1u);
  EXPECT_EQ(store_.open_deliveries()->front().delivery_id, tests::delivery_id(1).bytes());
}

// A retry goes on under the delivery that was put off, also where both come to one commit.
TEST_F(JournalTest, ADeliveryThatIsTakenUpAgainInTheCommitOfItsOutcomeIsOpen) {
  append(accepted({.message = 1, .delivery = 1}));
  commit();
  Event put_off = tests::deferred({.message = 1, .delivery = 1});
  put_off.mutable_deferred()->set_stage(schemas::pb::STAGE_BODY);
  append(put_off);
  append(accepted({.message = 2, .delivery = 1}));
  commit();
  const auto open = store_.open_deliveries();
  ASSERT_EQ(open->size(), 1u);
  EXPECT_EQ(open->front().accepted_seq, 3_seq);
}

struct EndingCase {
  const char* name;
  Event event;
  bool ends;
};

std::vector<EndingCase> endings() {
  const auto by = schemas::pb::VERDICT_BY_NEXT_HOP;
  Event rejected_body = tests::rejected({}, by);
  rejected_body.mutable_rejected()->set_stage(schemas::pb::STAGE_BODY);
  Event rejected_rcpt = rejected_body;
  rejected_rcpt.mutable_rejected()->set_stage(schemas::pb::STAGE_RCPT);
  Event deferred_body = tests::deferred({});
  deferred_body.mutable_deferred()->set_stage(schemas::pb::STAGE_BODY);
  Event deferred_rcpt = deferred_body;
  deferred_rcpt.mutable_deferred()->set_stage(schemas::pb::STAGE_RCPT);
  return {{"forwarded", forwarded({}), true},
          {"dropped", dropped({}), true},
          {"in doubt", tests::in_doubt({}), true},
          {"rejected body", rejected_body, true},
          {"rejected recipient", rejected_rcpt, false},
          {"deferred body", deferred_body, true},
          {"deferred recipient", deferred_rcpt, false},
          {"bounced", tests::bounced({}, schemas::pb::BOUNCE_CLASS_HARD), false}};
}

TEST_F(JournalTest, OnlyAnOutcomeOfTheBodyEndsAnAcceptance) {
  for (const EndingCase& c : endings()) {
    SCOPED_TRACE(c.name);
    append(accepted({}));
    append(c.event);
    commit();
    EXPECT_EQ(store_.open_deliveries()->empty(), c.ends);
  }
}

class FenceTest : public JournalTest, public ::testing::WithParamInterface<bool> {};

INSTANTIATE_TEST_SUITE_P(WhateverTheDiskKept, FenceTest, ::testing::Bool(), [](const auto& at) {
  return at.param ? std::string("Written") : std::string("NotWritten");
});

TEST_P(FenceTest, AFailedCommitFencesEverybodyInFlightAndLater) {
  append(numbered(1));
  commit();
  kept_.fail_commit_after(0, GetParam());
  const Answer first = append(numbered(2));
  const Answer second = append(numbered(3));
  EXPECT_FALSE(journal_->fenced());
  commit();
  EXPECT_TRUE(journal_->fenced());
  EXPECT_TRUE(is_failure(first, Errc::fenced));
  EXPECT_TRUE(is_failure(second, Errc::fenced));
  EXPECT_TRUE(is_failure(append(numbered(4)), Errc::fenced));
  EXPECT_EQ(journal_->end_seq(), 2_seq);
}

TEST_P(FenceTest, NothingRevivesAFencedJournal) {
  kept_.fail_commit_after(0, GetParam());
  append(numbered(1));
  commit();
  kept_.fail_commit_after(UINT64_MAX, false);  // the disk is well again
  const int commits = store_.commits;
  EXPECT_TRUE(is_failure(append(numbered(2)), Errc::fenced));
  EXPECT_FALSE(commit());
  EXPECT_EQ(store_.commits, commits);
  EXPECT_TRUE(journal_->fenced());
}

TEST_P(FenceTest, ANewJournalOnTheSameStoreGoesOnFromWhatIsThere) {
  kept_.fail_commit_after(1, GetParam());
  append(numbered(1));
  commit();
  append(numbered(2));
  commit();
  kept_.fail_commit_after(UINT64_MAX, false);
  restart();
  EXPECT_EQ(journal_->end_seq(), GetParam() ? 3_seq : 2_seq);
  EXPECT_TRUE(is_open(append(numbered(3))));
  commit();
  const auto events = stored();
  ASSERT_EQ(events.size(), GetParam() ? 3u : 2u);
  EXPECT_EQ(events.back().message_id(), tests::message_id(3).bytes());
  EXPECT_EQ(events.back().node_seq(), events.size());
}

TEST_P(FenceTest, WhoWatchesTheFenceIsToldOnce) {
  int told = 0;
  journal_->when_fenced([&] { ++told; });
  append(numbered(1));
  commit();
  EXPECT_EQ(told, 0);
  kept_.fail_commit_after(0, GetParam());
  append(numbered(2));
  commit();
  append(numbered(3));
  commit();
  EXPECT_EQ(told, 1);
  journal_->when_fenced([&] { ++told; });
  EXPECT_EQ(told, 2);
}

TEST_P(FenceTest, AWatchThatWasTakenBackIsNotTold) {
  journal_->when_fenced([] { ADD_FAILURE() << "taken back"; });
  journal_->when_fenced({});
  kept_.fail_commit_after(0, GetParam());
  append(numbered(1));
  commit();
  EXPECT_TRUE(journal_->fenced());
}

TEST_F(JournalTest, RefusesWhatOpensSomethingNewAboveTheLimit) {
  restart({.max_octets = 2000, .outcome_octets = 0});
  int taken = 0;
  Answer last;
  while (taken < 100) {
    last = append(numbered(static_cast<unsigned>(taken + 1)));
    commit();
    if (!is_success(last)) break;
    ++taken;
  }
  EXPECT_TRUE(is_failure(last, Errc::log_full));
  EXPECT_GT(taken, 1);
  EXPECT_EQ(journal_->end_seq(), 1_seq + static_cast<std::uint64_t>(taken));
  EXPECT_LE(store_.octets(), 2000u);
  EXPECT_FALSE(journal_->fenced());
}

TEST_F(JournalTest, OutcomesFitEvenWhenTheLogIsFull) {
  restart({.max_octets = 0, .outcome_octets = 0});
  const Answer outcome = append(forwarded({.delivery = 2}));
  const Answer opening = append(numbered(3));
  const Answer both = append({numbered(4), dropped({.delivery = 4})});
  commit();
  EXPECT_TRUE(is_success(outcome));
  EXPECT_TRUE(is_failure(opening, Errc::log_full));
  EXPECT_TRUE(is_failure(both, Errc::log_full));
  EXPECT_EQ(stored().size(), 1u);
}

TEST_F(JournalTest, WhileTheDiskIsShortOfSpaceOnlyEndsAreTaken) {
  append(numbered(1));
  commit();
  journal_->set_short_of_space(true);
  const Answer opening = append(numbered(2));
  const Answer outcome = append(forwarded({.delivery = 1}));
  commit();
  EXPECT_TRUE(is_failure(opening, Errc::no_space));
  EXPECT_TRUE(is_success(outcome));
  journal_->set_short_of_space(false);
  const Answer later = append(numbered(3));
  commit();
  EXPECT_TRUE(is_success(later));
}

Event asked_by(const char* principal) {
  Event out;
  out.mutable_access()->set_principal(principal);
  out.mutable_access()->set_query(std::string(200, 'q'));
  return out;
}

// However many ask for history, mail goes on.
TEST_F(JournalTest, WhoAskedHasHalfOfTheRoom) {
  restart({.max_octets = 10'000, .outcome_octets = 100});
  std::size_t taken = 0;
  for (; taken < 100; ++taken) {
    const Answer asked = append(asked_by("local"));
    commit();
    if (is_failure(asked, Errc::log_full)) break;
  }
  EXPECT_GT(taken, 10u);
  EXPECT_LT(taken, 30u);
  const Answer mail = append(numbered(1));
  commit();
  EXPECT_TRUE(is_success(mail));
}

TEST_F(JournalTest, WhoAskedIsNotPutOnRecordWhereNothingIsToSpare) {
  journal_->set_nothing_to_spare(true);
  const Answer asked = append(asked_by("local"));
  const Answer mail = append(numbered(1));
  commit();
  EXPECT_TRUE(is_failure(asked, Errc::no_space));
  EXPECT_TRUE(is_success(mail));
  journal_->set_nothing_to_spare(false);
  const Answer again = append(asked_by("local"));
  commit();
  EXPECT_TRUE(is_success(again));
}

// A token can be revoked whatever the disk is like.
TEST_F(JournalTest, WhatSteersIsTakenOnAFullDisk) {
  journal_->set_short_of_space(true);
  Event revoked;
  revoked.mutable_control()->set_subject("token");
  const Answer control = append(revoked);
  commit();
  EXPECT_TRUE(is_success(control));
}

TEST_F(JournalTest, AnAcceptanceIsTakenOnlyWithRoomForItsOutcome) {
  restart({.max_octets = 10'000, .outcome_octets = 4000});
  EXPECT_TRUE(is_open(append(numbered(1))));
  EXPECT_TRUE(is_open(append(numbered(2))));
  const Answer third = append(numbered(3));
  commit();
  EXPECT_TRUE(is_failure(third, Errc::log_full));
  // What a crash left open is owed an outcome as before.
  restart({.max_octets = 10'000, .outcome_octets = 4000});
  const Answer fourth = append(numbered(4));
  commit();
  EXPECT_TRUE(is_failure(fourth, Errc::log_full));
  append(forwarded({.delivery = 1}));
  commit();
  const Answer fifth = append(numbered(5));
  commit();
  EXPECT_TRUE(is_success(fifth));
}

TEST_F(JournalTest, ARefusalAtRcptClosesNothingAndMustFit) {
  restart({.max_octets = 0, .outcome_octets = 0});
  const Answer refusal = append(refused_at_rcpt());
  commit();
  EXPECT_TRUE(is_failure(refusal, Errc::log_full));
}

TEST_F(JournalTest, TakesMailAgainOnceItWasTrimmed) {
  restart({.max_octets = 1000, .outcome_octets = 0});
  Answer last = append(numbered(1));
  for (unsigned i = 2; i < 100; ++i) {
    commit();
    if (!is_success(last)) break;
    last = append(numbered(i));
  }
  ASSERT_TRUE(is_failure(last, Errc::log_full));
  ASSERT_TRUE(journal_->trim(journal_->end_seq()));
  const Answer again = append(numbered(200));
  commit();
  EXPECT_TRUE(is_success(again));
}

TEST_F(JournalTest, AWaitForARecordEndsInVainWhenItsTimeIsOver) {
  append(numbered(1));
  commit();
  EXPECT_FALSE(journal_->wait_for_record(2_seq, std::chrono::milliseconds(1)));
  // Queued is not durable.
  append(numbered(2));
  EXPECT_FALSE(journal_->wait_for_record(2_seq, std::chrono::milliseconds(1)));
  commit();
}

TEST_F(JournalTest, AWaitForARecordThatIsThereEndsAtOnce) {
  append({numbered(1), numbered(2)});
  commit();
  EXPECT_TRUE(journal_->wait_for_record(1_seq, std::chrono::milliseconds(0)));
  EXPECT_TRUE(journal_->wait_for_record(2_seq, std::chrono::milliseconds(0)));
}

TEST_F(JournalTest, AWaitForARecordEndsWithItsCommit) {
  append(numbered(1));
  auto waited = std::async(std::launch::async,
                           [this] { return journal_->wait_for_record(1_seq, kLongWait); });
  EXPECT_EQ(waited.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  commit();
  EXPECT_EQ(waited.wait_for(kSoon), std::future_status::ready);
  EXPECT_TRUE(waited.get());
}

TEST_F(JournalTest, AFenceEndsAWaitForARecord) {
  append(numbered(1));
  kept_.fail_commit_after(0, true);
  auto waited = std::async(std::launch::async,
                           [this] { return journal_->wait_for_record(1_seq, kLongWait); });
  EXPECT_EQ(waited.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  commit();
  EXPECT_EQ(waited.wait_for(kSoon), std::future_status::ready);
  EXPECT_FALSE(waited.get());
}

}  // namespace
}  // namespace waybill::ingest

#include "ingest/recovery.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <set>

#include "ingest/committer.h"
#include "ingest/memory_journal_store.h"
#include "runtime/asio_clock.h"
#include "runtime/io_thread.h"
#include "tests/support/event_log.h"
#include "tests/support/ordinals.h"

namespace waybill::ingest {

using namespace schemas::ordinal_literals;

namespace {

using runtime::Errc;
using runtime::Result;
using runtime::Task;
using schemas::Event;
using tests::accepted;
using tests::delivery_id;
using tests::forwarded;

// A store as a process left it, and a new process that recovers.
class RecoveryTest : public ::testing::Test {
 protected:
  // One commit with the acceptance and what it opens.
  void leave(const Event& event) {
    JournalWrite write;
    write.first_seq = store_.end_seq();
    write.records.push_back(event.SerializeAsString());
    for (const auto& target : event.accepted().targets()) {
      write.changes.push_back({target.delivery_id(), write.first_seq});
    }
    ASSERT_TRUE(store_.commit(write));
  }

  void leave_raw(const std::string& octets, unsigned opens) {
    JournalWrite write;
    write.first_seq = store_.end_seq();
    write.records.push_back(octets);
    write.changes.push_back({delivery_id(opens).bytes(), write.first_seq});
    ASSERT_TRUE(store_.commit(write));
  }

  Result<std::size_t> recover() {
    Journal journal(store_, {});
    const Committer committer(journal);
    Recorder recorder(journal, clock_, *chance_, "mx2");
    Result<std::size_t> settled = make_error_code(Errc::invalid);
    runtime::run_until_done(settle(recorder, settled));
    return settled;
  }

  Task<void> settle(Recorder& recorder, Result<std::size_t>& settled) {
    settled = co_await settle_open_acceptances(store_, recorder, elsewhere_);
  }

  std::vector<Event> in_doubt() const {
    std::vector<Event> out;
    const auto records = store_.read(store_.first_seq(), SIZE_MAX, SIZE_MAX);
    for (const JournalRecord& record : *records) {
      Event event;
      if (event.ParseFromString(record.value) && event.has_in_doubt()) out.push_back(event);
    }
    return out;
  }

  MemoryJournalStore store_;
  KeptElsewhere elsewhere_;
  runtime::AsioClock clock_;
  std::unique_ptr<runtime::Chance> chance_ = runtime::system_chance();
};

TEST_F(RecoveryTest, SettlesNothingInAnEmptyLog) {
  EXPECT_EQ(recover(), std::size_t{0});
  EXPECT_EQ(store_.end_seq(), 1_seq);
}

TEST_F(RecoveryTest, EveryOpenTargetBecomesInDoubtOnce) {
  Event two_targets = accepted({.message = 1, .delivery = 1});
  tests::add_target(two_targets, 2, "second@mailbox.test");
  leave(two_targets);
  leave(accepted({.message = 2, .delivery = 3}));
  EXPECT_EQ(recover(), std::size_t{3});
  std::set<std::string> settled;
  for (const Event& event : in_doubt()) settled.insert(event.delivery_id());
  const std::set<std::string> open = {delivery_id(1).bytes(), delivery_id(2).bytes(),
                                      delivery_id(3).bytes()};
  EXPECT_EQ(settled, open);
  EXPECT_EQ(in_doubt().size(), 3u);
}

TEST_F(RecoveryTest, ASecondRunSettlesNone) {
  leave(accepted({}));
  EXPECT_EQ(recover(), std::size_t{1});
  EXPECT_EQ(recover(), std::size_t{0});
  EXPECT_EQ(in_doubt().size(), 1u);
  EXPECT_TRUE(store_.open_deliveries()->empty());
}

TEST_F(RecoveryTest, LeavesWhatHasItsOutcomeAlone) {
  leave(accepted({.message = 1, .delivery = 1}));
  leave(accepted({.message = 2, .delivery = 2}));
  JournalWrite outcome;
  outcome.first_seq = store_.end_seq();
  outcome.records.push_back(forwarded({.message = 1, .delivery = 1}).SerializeAsString());
  outcome.changes.push_back({delivery_id(1).bytes(), std::nullopt});
  ASSERT_TRUE(store_.commit(outcome));
  EXPECT_EQ(recover(), std::size_t{1});
  ASSERT_EQ(in_doubt().size(), 1u);
  EXPECT_EQ(in_doubt().front().delivery_id(), delivery_id(2).bytes());
}

TEST_F(RecoveryTest, TheEnvelopeOfTheAcceptanceIsCopied) {
  Event event = accepted({.sender = "", .message = 7, .delivery = 8});
  event.set_event_id("sixteen octets!!");
  event.set_client_ip("192.0.2.7");
  tests::add_target(event, 9, "second@mailbox.test");
  leave(event);
  ASSERT_EQ(recover(), std::size_t{2});
  for (const Event& out : in_doubt()) {
    EXPECT_EQ(out.domain(), event.domain());
    EXPECT_EQ(out.message_id(), event.message_id());
    EXPECT_EQ(out.alias(), event.alias());
    EXPECT_EQ(out.client_ip(), "192.0.2.7");
    EXPECT_TRUE(out.has_sender()) << "the null sender is a sender";
    EXPECT_EQ(out.sender(), "");
    EXPECT_EQ(out.in_doubt().accepted_event_id(), event.event_id());
    EXPECT_NE(out.in_doubt().known(), "");
    const bool second = out.delivery_id() == delivery_id(9).bytes();
    EXPECT_EQ(out.in_doubt().target(), second ? "second@mailbox.test" : "owner@mailbox.test");
    // Its own: who settled it, and when.
    EXPECT_EQ(out.node(), "mx2");
    EXPECT_NE(out.event_id(), event.event_id());
    EXPECT_GT(out.occurred_at(), 0u);
  }
}

TEST_F(RecoveryTest, AnAcceptanceThatCannotBeReadStillEnds) {
  leave_raw("\xff not an event", 1);
  EXPECT_EQ(recover(), std::size_t{1});
  ASSERT_EQ(in_doubt().size(), 1u);
  EXPECT_EQ(in_doubt().front().delivery_id(), delivery_id(1).bytes());
  EXPECT_EQ(in_doubt().front().message_id(), "");
  EXPECT_TRUE(store_.open_deliveries()->empty());
}

TEST_F(RecoveryTest, AnAcceptanceThatWasTrimmedAwayStillEnds) {
  leave(accepted({.message = 1, .delivery = 1}));
  leave(tests::deferred({.message = 2, .delivery = 2}));
  ASSERT_TRUE(store_.trim(2_seq));
  EXPECT_EQ(recover(), std::size_t{1});
  ASSERT_EQ(in_doubt().size(), 1u);
  EXPECT_EQ(in_doubt().front().delivery_id(), delivery_id(1).bytes());
}

TEST_F(RecoveryTest, AnAcceptanceThatIsKeptElsewhereIsReadThere) {
  const Event trimmed = accepted({.message = 1, .delivery = 1});
  leave(trimmed);
  leave(accepted({.message = 2, .delivery = 2}));
  leave(tests::deferred({.message = 3, .delivery = 3}));
  ASSERT_TRUE(store_.trim(3_seq));
  // The second is answered with another one's acceptance, which says nothing of it.
  elsewhere_ = [&](schemas::SequenceNumber) {
    return Result<std::string>(trimmed.SerializeAsString());
  };
  EXPECT_EQ(recover(), std::size_t{2});
  ASSERT_EQ(in_doubt().size(), 2u);
  for (const Event& event : in_doubt()) {
    const bool first = event.delivery_id() == delivery_id(1).bytes();
    EXPECT_EQ(event.alias(), first ? trimmed.alias() : "");
  }
}

TEST_F(RecoveryTest, SettlesMoreThanOneAppendTakes) {
  constexpr unsigned kOpen = 1203;
  for (unsigned i = 1; i <= kOpen; ++i) leave(accepted({.message = i, .delivery = i}));
  EXPECT_EQ(recover(), std::size_t{kOpen});
  EXPECT_EQ(in_doubt().size(), kOpen);
  EXPECT_EQ(recover(), std::size_t{0});
}

TEST_F(RecoveryTest, AFailedDiskFailsRecoveryAndTheNextOneFinishesIt) {
  for (unsigned i = 1; i <= 600; ++i) leave(accepted({.message = i, .delivery = i}));
  store_.fail_commit_after(1, false);
  const auto settled = recover();
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error(), Errc::fenced);
  store_.fail_commit_after(UINT64_MAX, false);
  const std::size_t first = in_doubt().size();
  EXPECT_EQ(recover(), 600 - first);
  EXPECT_EQ(in_doubt().size(), 600u);
}

}  // namespace
}  // namespace waybill::ingest

#include "ingest/committer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>

#include "ingest/memory_journal_store.h"
#include "runtime/io_thread.h"
#include "tests/support/event_log.h"
#include "tests/support/ordinals.h"

namespace waybill::ingest {

using namespace schemas::ordinal_literals;

namespace {

using runtime::Errc;
using runtime::Result;
using runtime::Task;
using tests::accepted;

constexpr unsigned kThreads = 8;
constexpr unsigned kAppends = 200;

// Appends one after the other, each once the one before is durable.
Task<void> append_in_turn(Journal& journal, unsigned thread, std::atomic<unsigned>& done) {
  for (unsigned i = 0; i < kAppends; ++i) {
    const unsigned number = thread * kAppends + i + 1;
    std::vector<schemas::Event> events;
    events.push_back(accepted({.message = number, .delivery = number}));
    const schemas::SequenceNumber end_before = journal.end_seq();
    const auto appended = co_await journal.append(std::move(events));
    if (appended && journal.end_seq() > end_before) ++done;
  }
}

Task<void> append_one(Journal& journal, std::optional<Result<void>>& answer) {
  std::vector<schemas::Event> events;
  events.push_back(accepted({}));
  answer = co_await journal.append(std::move(events));
}

TEST(CommitterTest, TakesAppendsOfManyThreadsAndLosesNone) {
  MemoryJournalStore store;
  Journal journal(store, {});
  std::atomic<unsigned> done = 0;
  {
    const Committer committer(journal);
    std::vector<std::thread> threads;
    for (unsigned thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back(
          [&, thread] { runtime::run_until_done(append_in_turn(journal, thread, done)); });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(done, kThreads * kAppends);
  EXPECT_EQ(store.end_seq(), 1_seq + kThreads * kAppends);
  const auto records = store.read(1_seq, SIZE_MAX, SIZE_MAX);
  ASSERT_TRUE(records);
  std::vector<std::string> last_of(kThreads);
  for (const JournalRecord& record : *records) {
    schemas::Event event;
    ASSERT_TRUE(event.ParseFromString(record.value));
    ASSERT_EQ(event.node_seq(), record.seq.value());
    // Ids ascend with their numbers: one thread's appends stand in their order.
    unsigned thread = 0;
    while (tests::message_id((thread + 1) * kAppends).bytes() < event.message_id()) ++thread;
    ASSERT_LT(thread, kThreads);
    EXPECT_LT(last_of[thread], event.message_id());
    last_of[thread] = event.message_id();
  }
}

TEST(CommitterTest, EndsWhenNothingWasEverQueued) {
  MemoryJournalStore store;
  Journal journal(store, {});
  { const Committer committer(journal); }
  EXPECT_EQ(store.end_seq(), 1_seq);
}

TEST(CommitterTest, CommitsWhatIsStillQueuedBeforeItEnds) {
  MemoryJournalStore store;
  Journal journal(store, {});
  std::optional<Result<void>> answer;
  std::thread appender([&] { runtime::run_until_done(append_one(journal, answer)); });
  // Queued by now, and nobody there to commit it.
  ASSERT_TRUE(journal.wait_for_work());
  { const Committer committer(journal); }
  appender.join();
  ASSERT_TRUE(answer);
  EXPECT_TRUE(*answer);
  EXPECT_EQ(store.end_seq(), 2_seq);
}

TEST(CommitterTest, AnswersEverybodyAfterAFailedCommit) {
  MemoryJournalStore store;
  store.fail_commit_after(kAppends, false);
  Journal journal(store, {});
  std::atomic<unsigned> done = 0;
  std::optional<Result<void>> later;
  {
    const Committer committer(journal);
    std::vector<std::thread> threads;
    for (unsigned thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back(
          [&, thread] { runtime::run_until_done(append_in_turn(journal, thread, done)); });
    }
    for (std::thread& thread : threads) thread.join();
    runtime::run_until_done(append_one(journal, later));
  }
  EXPECT_TRUE(journal.fenced());
  EXPECT_EQ(store.end_seq(), 1_seq + done) << "success and the store's contents are one";
  ASSERT_TRUE(later);
  EXPECT_EQ(later->error(), Errc::fenced);
}

}  // namespace
}  // namespace waybill::ingest

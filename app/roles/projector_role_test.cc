#include "app/roles/projector_role.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "ingest/memory_log.h"
#include "projector/memory_view_store.h"
#include "projector/positions.h"
#include "projector/projector.h"
#include "runtime/asio_clock.h"
#include "runtime/one_shot.h"
#include "tests/support/event_log.h"

namespace waybill::app {
namespace {

using ingest::LogRecord;
using ingest::Streamed;
using ingest::StreamFailure;
using runtime::Errc;
using tests::EventLog;

// What the log gives from a position on, until a test breaks it.
struct LogWorld {
  EventLog log;
  std::atomic<bool> broken{false};
  std::atomic<int> opened{0};
};

class LogStream final : public ingest::EventStream {
 public:
  LogStream(LogWorld& world, schemas::LogOffset from) : world_(world), from_(from) {}

  runtime::Task<Streamed<std::vector<LogRecord>>> next(std::size_t) override {
    if (world_.broken) co_return StreamFailure{runtime::explain(Errc::io_error, "no disk")};
    if (from_.value() < world_.log.size()) {
      auto records = world_.log.records(from_, SIZE_MAX);
      from_ = from_ + records.size();
      co_return records;
    }
    co_await closed_.wait();
    co_return StreamFailure{runtime::explain(Errc::closed)};
  }

  void close() override {
    if (!is_closed_.exchange(true)) closed_.give(true);
  }

 private:
  LogWorld& world_;
  schemas::LogOffset from_;
  runtime::OneShot<bool> closed_;
  std::atomic<bool> is_closed_{false};
};

class ProjectorRoleTest : public testing::Test {
 protected:
  ProjectorRoleTest() {
    auto store = std::make_unique<projector::MemoryViewStore>();
    store_ = store.get();
    views_.push_back(PartitionViews::over(std::move(store), 0).value());
    for (unsigned i = 1; i <= 3; ++i) {
      world_.log.add(tests::accepted({.message = i, .delivery = i}));
    }
  }

  void start() {
    ProjectorParts parts;
    parts.read = [this](std::vector<ingest::StreamPosition> positions)
        -> runtime::Explained<std::unique_ptr<ingest::EventStream>> {
      ++world_.opened;
      if (world_.broken) return runtime::explain(Errc::io_error, "no log");
      return std::make_unique<LogStream>(world_, positions.front().next_offset);
    };
    parts.settled = [this](const PartitionViews&) { ++settled_; };
    role_ = start_projector(views_, std::move(parts), metrics_);
  }

  // Within the time in which everything has to heal.
  bool comes(const std::function<bool()>& wanted) {
    const runtime::AsioClock clock;
    const auto until = clock.now() + std::chrono::seconds(30);
    while (!wanted() && clock.now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return wanted();
  }
  bool all_folded() {
    return comes([&] { return views_[0]->folded_to().value() == 3; });
  }

  LogWorld world_;
  projector::MemoryViewStore* store_ = nullptr;
  ManyViews views_;
  runtime::Metrics metrics_;
  std::atomic<int> settled_{0};
  std::unique_ptr<ProjectorRole> role_;
};

TEST_F(ProjectorRoleTest, AStoreThatFailsForAMomentIsTriedAgain) {
  store_->fail_nth(1);
  start();
  EXPECT_TRUE(comes([&] { return role_->failed(0); }));
  EXPECT_NE(role_->failure().find("the views cannot be written"), std::string::npos);
  EXPECT_TRUE(all_folded());
  EXPECT_TRUE(comes([&] { return role_->failure().empty(); }));
  EXPECT_FALSE(role_->failed(0));
}

TEST_F(ProjectorRoleTest, ALogThatCannotBeReadForAMomentIsTriedAgain) {
  world_.broken = true;
  start();
  EXPECT_TRUE(comes([&] { return role_->failed(0); }));
  EXPECT_NE(role_->failure().find("no log"), std::string::npos);
  world_.broken = false;
  EXPECT_TRUE(all_folded());
  EXPECT_TRUE(comes([&] { return role_->failure().empty(); }));
}

// A log elsewhere, whose brokers lost power.
class CutLogTest : public ProjectorRoleTest {
 protected:
  static constexpr char kTopic[] = "log";

  CutLogTest() { log_.create_topic(kTopic, 1); }

  void start_on_log() {
    ProjectorParts parts;
    parts.read = [this](std::vector<ingest::StreamPosition> positions)
        -> runtime::Explained<std::unique_ptr<ingest::EventStream>> {
      return log_.stream(kTopic, std::move(positions));
    };
    role_ = start_projector(views_, std::move(parts), metrics_);
  }
  // The event of message `n`, as its relay has it in its journal.
  void send(unsigned n) {
    schemas::Event event = tests::accepted({.message = n, .delivery = n});
    event.set_event_id(tests::message_id(n).bytes());
    event.set_node("mx1");
    event.set_journal(7);
    event.set_node_seq(n);
    const std::string value = event.SerializeAsString();
    ASSERT_TRUE(producer_->send({kTopic, 0, {}, value, {}}, n));
    std::vector<ingest::Acknowledged> news;
    ASSERT_TRUE(producer_->poll(std::chrono::milliseconds(0), news));
  }
  bool folded_to(std::uint64_t offset) {
    return comes([&] { return views_[0]->folded_to().value() == offset; });
  }
  std::uint64_t kept() { return views_[0]->projector().progress().next_index.value(); }

  ingest::MemoryLog log_;
  std::unique_ptr<ingest::LogProducer> producer_ = *log_.producer();
};

TEST_F(CutLogTest, ALogThatLostItsEndIsReadAgainAndNothingIsTakenTwice) {
  start_on_log();
  for (unsigned n = 1; n <= 20; ++n) send(n);
  ASSERT_TRUE(folded_to(20));
  log_.truncate(kTopic, 0, schemas::LogOffset(12));
  // A new one comes before those that were lost.
  for (const unsigned n : {21U, 13U, 14U, 15U, 16U, 17U, 18U, 19U, 20U}) send(n);
  EXPECT_TRUE(folded_to(21));
  role_.reset();
  EXPECT_EQ(kept(), 21u);
}

TEST_F(CutLogTest, ALogThatLostAllIsReadFromItsBeginning) {
  start_on_log();
  for (unsigned n = 1; n <= 20; ++n) send(n);
  ASSERT_TRUE(folded_to(20));
  log_.truncate(kTopic, 0, schemas::LogOffset(0));
  for (const unsigned n : {21U, 13U, 22U}) send(n);
  EXPECT_TRUE(folded_to(3));
  EXPECT_EQ(role_->failure(), "");
  role_.reset();
  EXPECT_EQ(kept(), 22u);
}

// An upgrade of a large store: the process takes mail meanwhile, and says how far it is.
TEST_F(ProjectorRoleTest, ViewsOfAnotherLayoutAreFoldedAnewBesideEverythingElse) {
  auto store = std::make_unique<projector::MemoryViewStore>();
  store_ = store.get();
  ASSERT_TRUE(projector::Projector::open(*store, 0).value()->project(world_.log.records()));
  const std::string expected = projector::digest_views(*store).value();
  projector::WriteBatch batch;
  projector::put_layout(batch, {projector::kViewLayout + 1, 0});
  ASSERT_TRUE(store->apply(batch));
  ASSERT_TRUE(store->drop(projector::Table::timeline));
  views_[0] = PartitionViews::over(std::move(store), 0).value();
  EXPECT_EQ(views_[0]->history().progress().error(), Errc::temporary);
  // One try fails, and the store is taken for what it is again.
  store_->fail_nth(2);
  start();
  EXPECT_TRUE(comes([&] { return role_->failed(0); }));
  EXPECT_TRUE(comes([&] { return views_[0]->history().progress().has_value(); }));
  EXPECT_EQ(projector::digest_views(*store_).value(), expected);
  // The views answer at once; the thread that folded them says so a moment later.
  EXPECT_TRUE(comes([&] { return role_->folding_anew().empty(); }));
  EXPECT_TRUE(comes([&] { return !role_->failed(0); }));
}

// A log that cannot be mended is not asked without end.
TEST_F(ProjectorRoleTest, TriesComeEverMoreRarely) {
  world_.broken = true;
  start();
  std::this_thread::sleep_for(std::chrono::milliseconds(3'500));
  // At once, after one second, after two more.
  EXPECT_GE(world_.opened, 2);
  EXPECT_LE(world_.opened, 3);
}

// A journal that is full takes nothing, so that nothing comes: it is trimmed by the clock.
TEST_F(ProjectorRoleTest, ViewsAreSyncedWhereNothingComes) {
  start();
  EXPECT_TRUE(all_folded());
  const int before = settled_;
  EXPECT_TRUE(comes([&] { return settled_ > before; }));
}

}  // namespace
}  // namespace waybill::app

#include "runtime/run_until.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <deque>

#include "tests/support/run_virtual.h"
#include "tests/support/virtual_clock.h"

namespace waybill::runtime {
namespace {

using std::chrono::seconds;

// Workers whose threads are all busy until the test says otherwise.
class BusyWorkers final : public Workers {
 public:
  bool submit(std::function<void()> job) override {
    if (jobs.size() >= 1) return false;
    jobs.push_back(std::move(job));
    return true;
  }
  void work() {
    const auto job = std::move(jobs.front());
    jobs.pop_front();
    job();
  }
  std::deque<std::function<void()>> jobs;
};

class RunUntilTest : public testing::Test {
 protected:
  Task<void> run(Instant deadline) {
    auto job = [this]() -> Result<int> {
      ++ran_;
      return 7;
    };
    answer_ = co_await run_on_until(workers_, clock_, deadline, std::move(job));
  }
  Instant in(Duration time) const { return clock_.now() + time; }

  boost::asio::io_context io_;
  tests::VirtualClock clock_;
  BusyWorkers workers_;
  Result<int> answer_ = make_error_code(Errc::closed);
  int ran_ = 0;
};

TEST_F(RunUntilTest, GivesWhatTheJobGave) {
  clock_.call_at(in(seconds(1)), [this] { workers_.work(); });
  tests::run_virtual(io_, clock_, run(in(seconds(2))));
  EXPECT_EQ(answer_.value(), 7);
}

TEST_F(RunUntilTest, TheDeadlineCountsWhileTheJobQueues) {
  const Instant deadline = in(seconds(2));
  clock_.call_at(in(seconds(3)), [] {});
  tests::run_virtual(io_, clock_, run(deadline));
  EXPECT_EQ(answer_.error(), Errc::timeout);
  EXPECT_LT(clock_.now(), deadline + seconds(1));
  workers_.work();
  EXPECT_EQ(ran_, 0) << "nobody waits for it any more";
}

TEST_F(RunUntilTest, AFullQueueIsAnAnswerAtOnce) {
  workers_.submit([] {});
  tests::run_virtual(io_, clock_, run(in(seconds(2))));
  EXPECT_EQ(answer_.error(), Errc::temporary);
}

}  // namespace
}  // namespace waybill::runtime

#include "app/roles/endable_resolver.h"

#include <gtest/gtest.h>

#include "runtime/scope.h"
#include "tests/support/run_task.h"
#include "tests/support/virtual_clock.h"
#include "tests/support/zone_resolver.h"

namespace waybill::app {
namespace {

using namespace std::chrono_literals;
using runtime::Errc;
using runtime::Instant;
using runtime::Task;

Task<void> ask(EndableResolver& resolver, std::string name, Instant deadline, runtime::Error& out,
               bool& done) {
  const auto answer = co_await resolver.txt(std::move(name), deadline);
  if (!answer) out = answer.error();
  done = true;
}

class EndableResolverTest : public testing::Test {
 protected:
  EndableResolverTest() {
    auto inner = std::make_unique<tests::ZoneResolver>(clock_, "a.test. TXT \"one\"\n");
    inner->silence("hang.test");
    resolver_.emplace(std::move(inner), clock_, 10s);
  }

  boost::asio::io_context io_;
  tests::VirtualClock clock_;
  std::optional<EndableResolver> resolver_;
};

TEST_F(EndableResolverTest, AnswersAsTheOneBelowUntilItIsEnded) {
  const Instant soon = clock_.now() + 1s;
  EXPECT_EQ(tests::run_task(io_, resolver_->txt("a.test", soon))->records.at(0), "one");
  resolver_->end();
  EXPECT_EQ(tests::run_task(io_, resolver_->txt("a.test", soon)).error(), Errc::temporary);
  EXPECT_EQ(tests::run_task(io_, resolver_->mx("a.test", soon)).error(), Errc::temporary);
  EXPECT_EQ(tests::run_task(io_, resolver_->a("a.test", soon)).error(), Errc::temporary);
}

TEST_F(EndableResolverTest, AQuestionTakesNoLongerThanItMayWhateverItsDeadline) {
  const Instant begin = clock_.now();
  runtime::Error error;
  bool done = false;
  runtime::Scope scope(io_.get_executor());
  scope.spawn("ask", ask(*resolver_, "hang.test", begin + 60s, error, done));
  while (!done) {
    io_.restart();
    io_.poll();
    if (!done) {
      ASSERT_TRUE(clock_.advance());
    }
  }
  EXPECT_EQ(error, Errc::timeout);
  EXPECT_LE(clock_.now() - begin, 10s);
}

}  // namespace
}  // namespace waybill::app

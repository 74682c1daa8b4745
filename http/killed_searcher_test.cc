// I9: whoever asks has an answer only once that he asked is on record. The process is killed at
// every step of an answer, from the first octet of the question on, in turn: what had left by then
// arrives, and what is on record by then is all that is.

#include <gtest/gtest.h>

#include "tests/support/virtual_http.h"

namespace waybill::http {
namespace {

using namespace std::chrono_literals;
using tests::VirtualHttp;

// Takes a while to be durable, and never is once the process is dead.
class SlowRecord final : public AccessLog {
 public:
  explicit SlowRecord(runtime::Clock& clock) : clock_(clock) {}

  runtime::Task<runtime::Result<void>> record(Access) override {
    for (int i = 0; i < 3; ++i) co_await clock_.sleep_until(clock_.now() + 1ms);
    while (killed) co_await clock_.sleep_until(clock_.now() + 1h);
    ++durable;
    co_return runtime::Result<void>();
  }

  int durable = 0;
  bool killed = false;

 private:
  runtime::Clock& clock_;
};

class Pieces final : public Source {
 public:
  runtime::Task<Piece> next(runtime::Instant) override {
    if (left_ == 0) co_return std::optional<std::string>();
    --left_;
    co_return std::optional<std::string>("piece of mail\n");
  }

 private:
  int left_ = 3;
};

Plan plan_of(const Request& request) {
  const std::string& path = request.target;
  Response response;
  response.body = "page of mail";
  if (path == "/at-once") return response;
  if (path == "/read") return Read([response] { return Answer(response); });
  if (path == "/quick") {
    return QuickRead{[response] { return std::optional<Answer>(response); },
                     [response] { return Answer(response); }};
  }
  if (path == "/refused") return to_response(problem_of(404, "not_found", "no page of mail"));
  Stream stream;
  stream.body = std::make_unique<Pieces>();
  return stream;
}

class KilledSearcherTest : public testing::TestWithParam<const char*> {};

TEST_P(KilledSearcherTest, HasNoAnswerThatIsNotOnRecord) {
  int with_answer = 0;
  int without = 0;
  // Steps of the event loop; one that kills nothing any more is the last.
  for (int steps = 0;; ++steps) {
    VirtualHttp house;
    SlowRecord record(house.clock());
    house.world.set_access(&record);
    house.world.add(GetParam(), Needs(schemas::Scope::history), plan_of);
    house.start();
    auto client = house.connect();
    client.ask("GET " + std::string(GetParam()));
    int done = 0;
    const auto until = house.clock().now() + 50ms;
    while (done < steps && house.clock().now() < until) {
      house.io().restart();
      if (house.io().poll_one() == 0) {
        if (!house.clock().advance()) break;
      } else {
        ++done;
      }
    }
    record.killed = record.durable == 0;
    house.pass(100ms);
    const bool answered = !client.hears_nothing();
    ASSERT_LE(answered ? 1 : 0, record.durable) << "after " << steps << " steps";
    ++(answered ? with_answer : without);
    record.killed = false;
    // The record goes before the house does.
    house.stop();
    if (done < steps) break;
  }
  EXPECT_GT(without, 3) << "it was killed before it answered, too";
  EXPECT_GT(with_answer, 0);
}

INSTANTIATE_TEST_SUITE_P(Answers, KilledSearcherTest,
                         testing::Values("/at-once", "/read", "/quick", "/refused", "/stream"));

}  // namespace
}  // namespace waybill::http

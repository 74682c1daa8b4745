#include "runtime/crowd.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/support/run_virtual.h"
#include "tests/support/sim_net.h"

namespace waybill::runtime {
namespace {

using namespace std::chrono_literals;

// Waits for its peer to say something or to go, an hour at most.
Task<void> hold(std::unique_ptr<Connection> connection, Instant until, int& ended) {
  std::array<char, 16> octets;
  co_await connection->read_some(octets, until);
  ++ended;
}

class CrowdTest : public testing::Test {
 protected:
  // A connection between two pipes that nobody else holds.
  std::unique_ptr<Connection> connection() {
    const Endpoint at{boost::asio::ip::make_address("127.0.0.1"), 25};
    return std::make_unique<tests::SimConnection>(net_, at, at, std::make_shared<tests::Pipe>(),
                                                  std::make_shared<tests::Pipe>(),
                                                  std::make_shared<tests::Process>());
  }
  Connection* serve() {
    auto one = connection();
    Connection* const raw = one.get();
    crowd_.serve("served", *raw, hold(std::move(one), clock_.now() + 1h, ended_));
    return raw;
  }
  void turn_away() {
    auto one = connection();
    Connection& raw = *one;
    crowd_.turn_away("turned away", raw, hold(std::move(one), clock_.now() + 1h, ended_));
  }
  void join() { tests::run_virtual(io_, clock_, scope_.join()); }

  boost::asio::io_context io_;
  tests::VirtualClock clock_;
  tests::SeededChance chance_{1};
  tests::SimNet net_{io_.get_executor(), clock_, chance_};
  Scope scope_{io_.get_executor()};
  Crowd crowd_{scope_, 2};
  int ended_ = 0;
};

TEST_F(CrowdTest, KnowsHowManyItServesUntilTheyHaveEnded) {
  serve();
  serve();
  turn_away();
  EXPECT_EQ(crowd_.served(), 2U);
  EXPECT_EQ(crowd_.open(), 3U);
  join();
  EXPECT_EQ(crowd_.served(), 0U);
  EXPECT_EQ(crowd_.open(), 0U);
  EXPECT_EQ(ended_, 3);
}

TEST_F(CrowdTest, TellsNoMoreThanItsLimitThatThereIsNoRoom) {
  for (int i = 0; i < 5; ++i) turn_away();
  EXPECT_EQ(crowd_.open(), 2U);
  join();
  EXPECT_EQ(ended_, 2);
  turn_away();
  EXPECT_EQ(crowd_.open(), 1U);
  join();
}

TEST_F(CrowdTest, ClosesAllAtOnceAndWhateverComesLater) {
  const Instant begun = clock_.now();
  serve();
  turn_away();
  crowd_.close_all();
  serve();
  turn_away();
  EXPECT_EQ(crowd_.open(), 2U);
  join();
  EXPECT_EQ(ended_, 2);
  EXPECT_LT(clock_.now() - begun, 1s);
}

TEST_F(CrowdTest, MayLeaveOneOpen) {
  const Instant begun = clock_.now();
  const Connection* const last = serve();
  serve();
  crowd_.close_all(last);
  join();
  EXPECT_EQ(clock_.now() - begun, 1h);
}

}  // namespace
}  // namespace waybill::runtime

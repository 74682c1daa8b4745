#include "runtime/acceptor.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/scope.h"
#include "tests/support/run_virtual.h"
#include "tests/support/sim_listener.h"

namespace waybill::runtime {
namespace {

using namespace std::chrono_literals;

class AcceptorTest : public testing::Test {
 protected:
  // A client that comes now, and stays.
  Task<void> come() {
    const auto dialer = net_.dialer(std::make_shared<tests::Process>(), at_.address);
    auto connection = co_await dialer->dial(at_, clock_.now() + 1s);
    EXPECT_TRUE(connection);
    if (connection) clients_.push_back(std::move(*connection));
  }

  Seat seat(const std::string& name) {
    return {io_.get_executor(), [this, name](std::unique_ptr<Connection> connection) {
              taken_ += name;
              held_.push_back(std::move(connection));
            }};
  }

  Task<void> close_at(Instant when) {
    co_await clock_.sleep_until(when);
    listener_.close();
  }

  // Accepts for a second.
  void accept(std::vector<Seat> seats) {
    Scope scope(io_.get_executor());
    scope.spawn("close", close_at(clock_.now() + 1s));
    tests::run_virtual(io_, clock_, accept_all(listener_, clock_, std::move(seats), "test"));
    tests::run_virtual(io_, clock_, scope.join());
  }

  boost::asio::io_context io_;
  tests::VirtualClock clock_;
  tests::SeededChance chance_{1};
  tests::SimNet net_{io_.get_executor(), clock_, chance_};
  const Endpoint at_{boost::asio::ip::make_address("127.0.0.1"), 25};
  tests::SimListener listener_{net_, at_};
  std::string taken_;
  std::vector<std::unique_ptr<Connection>> held_;
  std::vector<std::unique_ptr<Connection>> clients_;
};

TEST_F(AcceptorTest, GivesEachConnectionToTheNextSeatInTurn) {
  for (int i = 0; i < 5; ++i) tests::run_virtual(io_, clock_, come());
  accept({seat("a"), seat("b"), seat("c")});
  EXPECT_EQ(taken_, "abcab");
}

TEST_F(AcceptorTest, EndsWhenTheListenerIsClosed) {
  const Instant begun = clock_.now();
  accept({seat("a")});
  EXPECT_EQ(clock_.now() - begun, 1s);
  EXPECT_EQ(taken_, "");
}

TEST_F(AcceptorTest, PausesWhenThereIsNoDescriptorAndGoesOn) {
  listener_.run_out();
  listener_.run_out();
  tests::run_virtual(io_, clock_, come());
  const Instant begun = clock_.now();
  Instant took{};
  Seat only{io_.get_executor(), [&](std::unique_ptr<Connection> connection) {
              took = clock_.now();
              held_.push_back(std::move(connection));
            }};
  accept({only});
  EXPECT_EQ(took - begun, 200ms);
}

}  // namespace
}  // namespace waybill::runtime

#include "runtime/asio_net.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <optional>

#include "runtime/asio_clock.h"
#include "runtime/clock.h"
#include "runtime/io_thread.h"
#include "runtime/scope.h"
#include "tests/support/run_task.h"

namespace waybill::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Accepted = Result<std::unique_ptr<Connection>>;

const Endpoint kLoopback{boost::asio::ip::make_address("127.0.0.1"), 0};

Task<void> accept_into(Listener& listener, Executor home, std::optional<Accepted>& out) {
  out.emplace(co_await listener.accept(home));
}

Task<void> read_into(Connection& connection, Instant deadline,
                     std::optional<Result<std::string>>& out) {
  std::string buffer(16, '\0');
  const std::span<char> into(buffer);
  const auto count = co_await connection.read_some(into, deadline);
  if (!count) {
    out = Result<std::string>(count.error());
    co_return;
  }
  out = Result<std::string>(buffer.substr(0, *count));
}

// Two ends of one connection over loopback, and the world's clock.
class AsioNetTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto listener = listen_tcp(io_, kLoopback);
    ASSERT_TRUE(listener) << listener.error().message();
    listener_ = std::move(*listener);
  }

  void connect() {
    std::optional<Accepted> accepted;
    scope_.spawn("accept", accept_into(*listener_, io_.get_executor(), accepted));
    auto dialled = tests::run_task(io_, dialer_->dial(listener_->local(), soon()));
    ASSERT_TRUE(dialled) << dialled.error().message();
    client_ = std::move(*dialled);
    run_until([&] { return accepted.has_value(); });
    ASSERT_TRUE(*accepted);
    server_ = std::move(**accepted);
  }

  template <class Condition>
  void run_until(Condition condition) {
    io_.restart();
    while (!condition()) ASSERT_GT(io_.run_one_for(seconds(10)), 0u);
  }

  Result<std::string> read(Connection& connection, Instant deadline) {
    std::optional<Result<std::string>> out;
    scope_.spawn("read", read_into(connection, deadline, out));
    run_until([&] { return out.has_value(); });
    return *out;
  }

  Instant soon() const { return clock_.now() + seconds(10); }

  AsioClock clock_;
  boost::asio::io_context io_;
  Scope scope_{io_.get_executor()};
  std::unique_ptr<Dialer> dialer_ = tcp_dialer();
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Connection> client_;
  std::unique_ptr<Connection> server_;
};

TEST_F(AsioNetTest, CarriesOctetsBothWays) {
  connect();
  EXPECT_TRUE(tests::run_task(io_, client_->write("hello", soon())));
  EXPECT_EQ(read(*server_, soon()).value(), "hello");
  EXPECT_TRUE(tests::run_task(io_, server_->write("bye", soon())));
  EXPECT_EQ(read(*client_, soon()).value(), "bye");
}

TEST_F(AsioNetTest, BothEndsKnowTheirNames) {
  connect();
  EXPECT_NE(listener_->local().port, 0);
  EXPECT_EQ(client_->remote(), listener_->local());
  EXPECT_EQ(server_->local(), listener_->local());
  EXPECT_EQ(server_->remote(), client_->local());
}

TEST_F(AsioNetTest, AReadEndsAtItsDeadlineAndTheConnectionGoesOn) {
  connect();
  const Instant deadline = clock_.now() + milliseconds(20);
  const auto nothing = read(*server_, deadline);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error(), Errc::timeout);
  EXPECT_GE(clock_.now(), deadline);
  EXPECT_TRUE(tests::run_task(io_, client_->write("late", soon())));
  EXPECT_EQ(read(*server_, soon()).value(), "late");
}

TEST_F(AsioNetTest, AnEarlierDeadlineCutsALaterOneThatIsArmed) {
  connect();
  EXPECT_TRUE(tests::run_task(io_, server_->write("x", soon())));
  const auto nothing = read(*server_, clock_.now() + milliseconds(20));
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error(), Errc::timeout);
}

TEST_F(AsioNetTest, ADeadlineThatWasMetEndsNoLaterRead) {
  connect();
  EXPECT_TRUE(tests::run_task(io_, client_->write("x", soon())));
  EXPECT_TRUE(read(*server_, clock_.now() + milliseconds(200)));
  const Instant later = clock_.now() + milliseconds(400);
  const auto nothing = read(*server_, later);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error(), Errc::timeout);
  EXPECT_GE(clock_.now(), later);
}

// A deadline that passed between two pieces of a long write once found nothing to cancel, and the
// write never ended. Deadlines of every length meet that moment sooner or later.
TEST_F(AsioNetTest, AWriteToAPeerThatDoesNotReadEndsAtItsDeadline) {
  // Far more than two socket buffers hold.
  const std::string flood(64 << 20, 'x');
  for (int length = 0; length < 40; ++length) {
    connect();
    const Instant deadline = clock_.now() + std::chrono::microseconds(250 * length);
    const auto written = tests::run_task(io_, client_->write(flood, deadline));
    ASSERT_FALSE(written);
    ASSERT_EQ(written.error(), Errc::timeout);
  }
}

TEST_F(AsioNetTest, TheEndOfThePeersStreamIsClosed) {
  connect();
  EXPECT_TRUE(tests::run_task(io_, client_->write("last words", soon())));
  client_->close();
  EXPECT_EQ(read(*server_, soon()).value(), "last words");
  EXPECT_EQ(read(*server_, soon()).error(), Errc::closed);
}

TEST_F(AsioNetTest, ClosingEndsAReadInFlight) {
  connect();
  std::optional<Result<std::string>> out;
  scope_.spawn("read", read_into(*server_, soon(), out));
  io_.restart();
  io_.poll();
  EXPECT_FALSE(out);
  server_->close();
  run_until([&] { return out.has_value(); });
  EXPECT_EQ(out->error(), Errc::closed);
}

TEST_F(AsioNetTest, IsQuietUntilThePeerSpeaks) {
  connect();
  EXPECT_TRUE(client_->quiet());
  EXPECT_TRUE(tests::run_task(io_, server_->write("421 bye", soon())));
  EXPECT_FALSE(client_->quiet());
  EXPECT_EQ(read(*client_, soon()).value(), "421 bye") << "looking takes nothing away";
  EXPECT_TRUE(client_->quiet());
}

TEST_F(AsioNetTest, IsNotQuietOnceThePeerOrWeHaveClosed) {
  connect();
  server_->close();
  // Over loopback the end of the stream is there when close() returns.
  EXPECT_FALSE(client_->quiet());
  client_->close();
  EXPECT_FALSE(client_->quiet());
}

TEST_F(AsioNetTest, DialingWhereNobodyListensIsRefused) {
  const Endpoint nobody = listener_->local();
  listener_.reset();
  const auto dialled = tests::run_task(io_, dialer_->dial(nobody, soon()));
  ASSERT_FALSE(dialled);
  EXPECT_EQ(dialled.error(), Errc::refused);
}

TEST_F(AsioNetTest, ClosingAListenerEndsAnAcceptInFlight) {
  std::optional<Accepted> accepted;
  scope_.spawn("accept", accept_into(*listener_, io_.get_executor(), accepted));
  io_.poll();
  EXPECT_FALSE(accepted);
  listener_->close();
  run_until([&] { return accepted.has_value(); });
  EXPECT_EQ(accepted->error(), Errc::closed);
}

TEST_F(AsioNetTest, ATakenAddressIsAnError) {
  const auto second = listen_tcp(io_, listener_->local());
  ASSERT_FALSE(second);
}

Task<void> echo_once(std::unique_ptr<Connection> connection, Instant deadline) {
  std::optional<Result<std::string>> got;
  co_await read_into(*connection, deadline, got);
  const std::string text = got->has_value() ? **got : std::string("nothing");
  const auto written = co_await connection->write(text, deadline);
  EXPECT_TRUE(written);
}

TEST_F(AsioNetTest, AnAcceptedConnectionLivesOnTheThreadItWasAcceptedFor) {
  IoThread home("wb-test");
  std::optional<Accepted> accepted;
  scope_.spawn("accept", accept_into(*listener_, home.executor(), accepted));
  auto dialled = tests::run_task(io_, dialer_->dial(listener_->local(), soon()));
  ASSERT_TRUE(dialled);
  run_until([&] { return accepted.has_value(); });
  ASSERT_TRUE(*accepted);
  EXPECT_EQ((**accepted)->executor(), home.executor());
  Scope there(home.executor());
  home.call([&] { there.spawn("echo", echo_once(std::move(**accepted), soon())); });
  EXPECT_TRUE(tests::run_task(io_, (*dialled)->write("over there", soon())));
  EXPECT_EQ(read(**dialled, soon()).value(), "over there");
  std::size_t running = 1;
  while (running > 0) home.call([&] { running = there.running(); });
}

TEST_F(AsioNetTest, AConnectionLeavesFromTheAddressThatWasAskedFor) {
  const auto from = ip_of("127.0.0.9");
  std::optional<Accepted> accepted;
  scope_.spawn("accept", accept_into(*listener_, io_.get_executor(), accepted));
  auto dialled = tests::run_task(io_, dialer_->dial(listener_->local(), soon(), from));
  ASSERT_TRUE(dialled) << dialled.error().message();
  run_until([&] { return accepted.has_value(); });
  EXPECT_EQ((*accepted)->get()->remote().address, *from);
  const auto not_ours = ip_of("192.0.2.1");
  const auto failed = tests::run_task(io_, dialer_->dial(listener_->local(), soon(), not_ours));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error(), Errc::unreachable);
}

}  // namespace
}  // namespace waybill::runtime

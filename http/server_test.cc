// The server over real sockets: what clients may do on a connection, and what it costs them.

#include "http/server.h"

#include <gtest/gtest.h>

#include <thread>

#include "http/threaded_server.h"
#include "runtime/asio_clock.h"
#include "runtime/asio_net.h"
#include "runtime/clock.h"
#include "tests/support/http_world.h"
#include "tests/support/raw_http.h"

namespace waybill::http {
namespace {

using namespace std::chrono_literals;
using tests::HttpWorld;
using tests::RawHttp;

class ServerOnSockets : public testing::Test {
 protected:
  virtual std::size_t threads() const { return 1; }

  void SetUp() override {
    workers_ = runtime::thread_workers("test", 2, 16);
    settings_.session.linger = 30ms;
    world_.add("/read", [](const Request&) -> Plan {
      return Read([] {
        Response response;
        response.body = "{}";
        return response;
      });
    });
  }

  const runtime::Endpoint& start() {
    auto parts = world_.server_parts();
    parts.workers = workers_.get();
    parts.stream_workers = workers_.get();
    parts.clock = &clock_;
    auto listener = runtime::listen_tcp(thread_.context(), {kLoopback, 0});
    std::vector<runtime::Executor> seats{thread_.executor()};
    while (seats.size() < threads()) {
      others_.push_back(std::make_unique<runtime::IoThread>("test-http"));
      seats.push_back(others_.back()->executor());
    }
    server_.emplace(
        thread_, std::make_unique<Server>(std::move(seats), std::move(*listener), world_.router(),
                                          std::move(parts), settings_));
    at_ = server_->local();
    return at_;
  }

  const runtime::IpAddress kLoopback = boost::asio::ip::address_v4::loopback();
  HttpWorld world_;
  runtime::AsioClock clock_;
  std::unique_ptr<runtime::Workers> workers_;
  ServerSettings settings_;
  runtime::Endpoint at_;
  runtime::IoThread thread_{"test-http"};
  std::vector<std::unique_ptr<runtime::IoThread>> others_;
  std::optional<ThreadedServer> server_;
};

// On one thread, and on several.
class ServerTest : public ServerOnSockets, public testing::WithParamInterface<std::size_t> {
  std::size_t threads() const override { return GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(Threads, ServerTest, testing::Values(1, 3));

TEST_P(ServerTest, AnswersOneRequestAfterAnotherOnAConnection) {
  RawHttp client(start());
  for (int i = 0; i < 3; ++i) {
    client.ask("GET /read");
    const auto answer = client.answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.has("Connection: keep-alive\r\n"));
    EXPECT_TRUE(answer.has("Cache-Control: private, no-store\r\n"));
    EXPECT_TRUE(answer.has("X-Content-Type-Options: nosniff\r\n"));
    EXPECT_EQ(answer.body, "{}");
  }
}

TEST_P(ServerTest, AnswersPipelinedRequestsInTheirOrder) {
  RawHttp client(start());
  std::string octets;
  for (const char* const path : {"/livez", "/read", "/nowhere", "/livez"}) {
    octets += std::string("GET ") + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
  client.send(octets);
  EXPECT_EQ(client.answer().body, "ok\n");
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_EQ(client.answer().status, 404);
  EXPECT_EQ(client.answer().body, "ok\n");
}

TEST_P(ServerTest, AnswersHeadWithTheFieldsOfGetAndNoContent) {
  RawHttp client(start());
  client.ask("HEAD /livez");
  const auto answer = client.answer(RawHttp::Body::none);
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.has("Content-Length: 3\r\n"));
  client.ask("GET /livez");
  EXPECT_EQ(client.answer().body, "ok\n");
}

TEST_P(ServerTest, KeepsTheConnectionAfterAProblemThatLeftNothingUnread) {
  RawHttp client(start());
  client.ask("DELETE /livez");
  const auto refused = client.answer();
  EXPECT_EQ(refused.status, 405);
  EXPECT_TRUE(refused.has("Allow: GET, HEAD\r\n"));
  EXPECT_TRUE(refused.has("Content-Type: application/problem+json\r\n"));
  client.ask("GET /nowhere");
  EXPECT_EQ(client.answer().status, 404);
  client.ask("GET /livez?x=1");
  EXPECT_EQ(client.answer().status, 400);
}

struct Ending {
  std::string octets;
  int status;
};

class EndingTest : public ServerOnSockets, public testing::WithParamInterface<Ending> {};

TEST_P(EndingTest, IsAnsweredAndClosed) {
  RawHttp client(start());
  client.send(GetParam().octets);
  const auto answer = client.answer();
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_TRUE(answer.has("Connection: close\r\n"));
  EXPECT_TRUE(client.ended());
}

INSTANTIATE_TEST_SUITE_P(
    Requests, EndingTest,
    testing::Values(
        Ending{"GET /livez HTTP/1.0\r\n\r\n", 200},
        Ending{"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 200},
        Ending{"GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello", 413},
        Ending{"GET /livez HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", 413},
        Ending{"POST /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello", 405},
        Ending{"GET /livez HTTP/1.1\r\nHost: rebound.example.org\r\n\r\n", 421},
        Ending{"GET /livez HTTP/1.1\r\n\r\n", 400}, Ending{"hello\r\n\r\n", 400},
        Ending{"GET /livez HTTP/3.0\r\n\r\n", 505},
        Ending{"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n\r\n", 414},
        Ending{"GET / HTTP/1.1\r\nX: " + std::string(9000, 'a') + "\r\n\r\n", 431},
        Ending{"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
               "Transfer-Encoding: chunked\r\n\r\n",
               400}));

// What follows a refused request might be the second half of an attack: it is never taken as a
// request.
TEST_P(ServerTest, TakesNoRequestAfterOneWithABody) {
  RawHttp client(start());
  client.send(
      "GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 44\r\n\r\n"
      "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.answer().status, 413);
  EXPECT_TRUE(client.ended());
}

TEST_P(ServerTest, CutsAHeadThatDripsAtItsDeadline) {
  settings_.session.head = 150ms;
  RawHttp client(start());
  const auto begun = clock_.now();
  client.send("GET /livez HTTP/1.1\r\n");
  std::this_thread::sleep_for(60ms);
  client.send("Host: localhost\r\n");
  const auto answer = client.answer();
  EXPECT_EQ(answer.status, 408);
  EXPECT_TRUE(client.ended());
  EXPECT_GE(clock_.now() - begun, 150ms);
}

TEST_P(ServerTest, ClosesAConnectionThatAsksNothing) {
  settings_.session.idle = 50ms;
  settings_.session.unused = 50ms;
  RawHttp silent(start());
  EXPECT_TRUE(silent.ended());
  RawHttp once(at_);
  once.ask("GET /livez");
  EXPECT_EQ(once.answer().status, 200);
  EXPECT_TRUE(once.ended());
}

TEST_P(ServerTest, ClosesAConnectionThatHasAskedEnough) {
  settings_.session.max_requests = 2;
  RawHttp client(start());
  client.ask("GET /livez");
  EXPECT_TRUE(client.answer().has("Connection: keep-alive"));
  client.ask("GET /livez");
  EXPECT_TRUE(client.answer().has("Connection: close"));
  EXPECT_TRUE(client.ended());
}

TEST_P(ServerTest, TurnsAwayWhoeverComesWhenItIsFull) {
  settings_.max_connections = 1;
  auto first = std::make_unique<RawHttp>(start());
  first->ask("GET /livez");
  EXPECT_EQ(first->answer().status, 200);
  // It asks again, and is not done with it.
  first->send("GET /livez HTTP/1.1\r\n");
  std::this_thread::sleep_for(50ms);
  {
    RawHttp second(at_);
    const auto answer = second.answer();
    EXPECT_EQ(answer.status, 503);
    EXPECT_TRUE(answer.has("Retry-After: 1"));
  }
  first.reset();
  // Its place is free as soon as the server has seen it go.
  int status = 503;
  for (int tries = 0; tries < 100 && status == 503; ++tries) {
    RawHttp third(at_);
    third.ask("GET /livez");
    status = third.answer().status;
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_EQ(status, 200);
}

TEST_P(ServerTest, OneThatAsksNothingMakesRoomForOneThatMay) {
  settings_.max_connections = 2;
  RawHttp leaked(start());
  leaked.ask("GET /livez");
  EXPECT_EQ(leaked.answer().status, 200);
  RawHttp leaked_later(at_);
  leaked_later.ask("GET /livez");
  EXPECT_EQ(leaked_later.answer().status, 200);
  RawHttp orchestrator(at_);
  orchestrator.ask("GET /livez");
  EXPECT_EQ(orchestrator.answer().status, 200);
  EXPECT_TRUE(leaked.ended()) << "the one that was idle the longest";
  leaked_later.ask("GET /livez");
  EXPECT_EQ(leaked_later.answer().status, 200);
}

// Larger than what the kernel holds for a connection.
constexpr int kPieces = 512;
constexpr std::size_t kPiece = 32 << 10;

// Pieces of one letter each, from a worker; says whether it is gone.
class Letters {
 public:
  explicit Letters(int most) : most_(most) {}
  Piece operator()() {
    if (given_ == most_) return std::optional<std::string>();
    return std::string(kPiece, static_cast<char>('a' + given_++ % 26));
  }

 private:
  int given_ = 0;
  int most_;
};

Handler letters(int most, std::weak_ptr<int>* alive = nullptr) {
  return [most, alive](const Request&) -> Plan {
    Stream out;
    const auto here = std::make_shared<int>(0);
    if (alive != nullptr) *alive = here;
    out.body = Pull([letters = Letters(most), here]() mutable { return letters(); });
    return out;
  };
}

TEST_P(ServerTest, TellsAStreamToAClientThatReadsAllOfIt) {
  world_.add("/letters", letters(kPieces));
  RawHttp client(start());
  client.ask("GET /letters");
  const std::string head = client.hear_up_to("\r\n\r\n");
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << head;
  for (int i = 0; i < kPieces; ++i) {
    ASSERT_EQ(client.hear_up_to("\r\n"), "8000\r\n") << i;
    const std::string chunk = client.hear_up_to("\r\n");
    ASSERT_EQ(chunk, std::string(kPiece, static_cast<char>('a' + i % 26)) + "\r\n") << i;
  }
  EXPECT_EQ(client.hear_up_to("0\r\n\r\n"), "0\r\n\r\n");
  client.ask("GET /livez");
  EXPECT_EQ(client.answer().body, "ok\n");
}

TEST_P(ServerTest, LetsAStreamsSourceGoWithItsClient) {
  std::weak_ptr<int> alive;
  world_.add("/letters", letters(1 << 20, &alive));
  start();
  {
    RawHttp client(at_);
    client.ask("GET /letters");
    client.hear_up_to("8000\r\n");
    EXPECT_FALSE(alive.expired());
  }
  for (int tries = 0; tries < 1000 && !alive.expired(); ++tries) std::this_thread::sleep_for(5ms);
  EXPECT_TRUE(alive.expired());
}

// The client reads nothing, so that the server waits for it to take a piece.
TEST_P(ServerTest, EndsAStreamInTheMiddleWhenItStops) {
  std::weak_ptr<int> alive;
  world_.add("/letters", letters(1 << 20, &alive));
  RawHttp client(start());
  client.ask("GET /letters");
  client.hear_up_to("8000\r\n");
  const auto begun = clock_.now();
  server_->stop();
  EXPECT_LT(clock_.now() - begun, 5s);
  EXPECT_TRUE(alive.expired());
  const std::string rest = client.hear_up_to("\r\n0\r\n\r\n");
  EXPECT_FALSE(rest.ends_with("\r\n0\r\n\r\n"));
}

TEST_P(ServerTest, EndsOpenConnectionsWhenItStops) {
  RawHttp idle(start());
  RawHttp half(at_);
  half.send("GET /livez HTTP/1.1\r\n");
  idle.ask("GET /livez");
  EXPECT_EQ(idle.answer().status, 200);
  server_->stop();
  EXPECT_TRUE(idle.ended());
  EXPECT_EQ(half.answer().status, 0);
  server_->stop();
}

}  // namespace
}  // namespace waybill::http

#include "runtime/http_client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "runtime/asio_clock.h"
#include "runtime/asio_net.h"
#include "runtime/asio_tls.h"
#include "runtime/clock.h"
#include "runtime/hex.h"
#include "runtime/io_thread.h"
#include "runtime/scope.h"
#include "tests/support/test_authority.h"

namespace waybill::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kMaxBody = 1000;
constexpr auto kSoon = seconds(10);
constexpr auto kShort = milliseconds(150);
constexpr auto kPause = milliseconds(100);

std::string answer_of(const std::string& body, const std::string& fields = "") {
  return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

// A server on loopback that behaves as the target of a request says. On sockets of this house, so
// that it is a peer in TLS as well.
class FaultyServer {
 public:
  explicit FaultyServer(const TlsContext* tls = nullptr) {
    io_.call([&] {
      auto listener =
          listen_tcp(io_.context(), Endpoint{boost::asio::ip::make_address("127.0.0.1"), 0});
      listener_ = std::move(listener.value());
      if (tls != nullptr) listener_ = tls_listener(std::move(listener_), *tls);
      scope_.spawn("accept", accept());
    });
  }
  ~FaultyServer() {
    io_.call([&] {
      listener_->close();
      for (Connection* connection : open_) connection->close();
    });
    for (std::size_t running = 1; running > 0;) io_.call([&] { running = scope_.running(); });
  }

  std::string port() const { return std::to_string(listener_->local().port); }
  std::string base() const { return "http://127.0.0.1:" + port(); }
  int connections() const { return connections_; }
  int requests() const { return requests_; }

 private:
  Task<void> accept() {
    for (;;) {
      auto accepted = co_await listener_->accept(io_.executor());
      if (!accepted) co_return;
      ++connections_;
      scope_.spawn("serve", serve(std::move(*accepted)));
    }
  }

  Task<void> serve(std::unique_ptr<Connection> connection) {
    open_.insert(connection.get());
    bool tired = false;
    for (bool goes_on = true; goes_on;) {
      const std::string request = co_await read_request(*connection);
      if (request.empty() || tired) break;
      ++requests_;
      goes_on = co_await answer(*connection, request);
      tired = request.find(" /once ") != std::string::npos;
    }
    open_.erase(connection.get());
  }

  Task<std::string> read_request(Connection& connection) {
    std::string request;
    std::string buffer(4096, '\0');
    const std::span<char> into(buffer);
    std::size_t size = std::string::npos;
    while (request.size() < size) {
      const auto count = co_await connection.read_some(into, Instant::max());
      if (!count) co_return std::string();
      request.append(buffer, 0, *count);
      const std::size_t end = request.find("\r\n\r\n");
      const std::size_t length = request.find("Content-Length: ");
      if (end == std::string::npos) continue;
      size = end + 4;
      if (length < end) size += std::stoul(request.substr(length + 16));
    }
    co_return request;
  }

  Task<bool> say_for_ever(Connection& connection) {
    std::string octets;
    for (int i = 0; i < 10'000; ++i) octets += "HTTP/1.1 100 Continue\r\n\r\n";
    Result<void> written;
    while (written) written = co_await connection.write(octets, Instant::max());
    co_return false;
  }

  // False: that was the last on this connection.
  Task<bool> answer(Connection& connection, const std::string& request) {
    const std::string target =
        request.substr(request.find(' ') + 1, request.find(" HTTP") - request.find(' ') - 1);
    if (target == "/none") co_return false;
    if (target == "/silent") {
      std::string octet(1, '\0');
      const std::span<char> into(octet);
      co_await connection.read_some(into, Instant::max());
      co_return false;
    }
    std::string octets = answer_of("hello", "X-Kind: good\r\n");
    if (target == "/echo") octets = answer_of(request);
    if (target == "/half") octets.resize(octets.size() - 1);
    if (target == "/garbage") octets = "220 mx.test ESMTP\r\n";
    if (target == "/large") octets = answer_of(std::string(kMaxBody, 'x'));
    if (target == "/too-large") octets = answer_of(std::string(kMaxBody + 1, 'x'));
    if (target == "/last") octets = answer_of("bye", "Connection: close\r\n");
    if (target == "/pause") co_await clock_.sleep_until(clock_.now() + kPause);
    if (target == "/endless") co_return co_await say_for_ever(connection);
    std::size_t step = target == "/drip" ? 1 : octets.size();
    if (target == "/late") step -= 3;
    for (std::size_t at = 0; at < octets.size(); at += step) {
      if (target == "/late" && at > 0) co_await clock_.sleep_until(clock_.now() + kPause);
      const std::string piece = octets.substr(at, step);
      const auto written = co_await connection.write(piece, Instant::max());
      if (!written) co_return false;
    }
    co_return target != "/half" && target != "/garbage" && target != "/closes";
  }

  AsioClock clock_;
  std::atomic<int> connections_ = 0;
  std::atomic<int> requests_ = 0;
  IoThread io_{"wb-test"};
  Scope scope_{io_.executor()};
  std::unique_ptr<Listener> listener_;
  std::set<Connection*> open_;
};

HttpRequest request_to(const std::string& base, const std::string& target,
                       const std::string& method = "GET") {
  HttpRequest out;
  out.base = base;
  out.target = target;
  out.method = method;
  return out;
}

std::unique_ptr<HttpClient> client_of(const std::string& ca_file = "") {
  auto client = HttpClient::make(HttpClientSettings{ca_file, kMaxBody});
  EXPECT_TRUE(client) << client.error().why;
  return std::move(client.value());
}

class HttpClientTest : public ::testing::Test {
 protected:
  Result<HttpAnswer> ask(const std::string& target, const std::string& method = "GET") {
    return client_->ask(request_to(server_.base(), target, method), kSoon);
  }

  void expect_body(const Result<HttpAnswer>& answer, const std::string& body) {
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->status, 200u);
    EXPECT_EQ(answer->body, body);
  }

  std::unique_ptr<HttpClient> client_ = client_of();
  FaultyServer server_;
};

TEST_F(HttpClientTest, AnAnswerHasItsStatusFieldsAndBody) {
  const auto answer = ask("/good");
  expect_body(answer, "hello");
  EXPECT_EQ(answer->field("x-kind"), "good");
}

TEST_F(HttpClientTest, ARequestArrivesAsItWasGiven) {
  HttpRequest request = request_to(server_.base(), "/echo", "POST");
  request.fields.emplace_back("Authorization", "Bearer secret");
  request.body = "words";
  const auto answer = client_->ask(request, kSoon);
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->body, octets_of(request, HttpBase::parse(server_.base()).value()));
}

TEST_F(HttpClientTest, AHeadHasNoBodyAndKeepsTheConnection) {
  // This server sends one all the same: it is not ours to read, and spoils the connection.
  expect_body(ask("/good", "HEAD"), "");
  expect_body(ask("/good"), "hello");
}

TEST_F(HttpClientTest, OctetsOneAtATimeAreAnAnswer) { expect_body(ask("/drip"), "hello"); }

TEST_F(HttpClientTest, ANameIsLookedUp) {
  const auto answer =
      client_->ask(request_to("http://localhost:" + server_.port(), "/good"), kSoon);
  expect_body(answer, "hello");
}

struct FaultCase {
  std::string target;
  Errc error;
};

const FaultCase kFaults[] = {
    {"/none", Errc::closed},      {"/half", Errc::closed},
    {"/garbage", Errc::closed},   {"/too-large", Errc::limit_exceeded},
    {"no target", Errc::invalid},
};

TEST_F(HttpClientTest, AFaultOfTheServerIsAnErrorAndTheNextAskIsNoneTheWorse) {
  for (const FaultCase& c : kFaults) {
    const auto answer = ask(c.target);
    ASSERT_FALSE(answer) << c.target;
    EXPECT_EQ(answer.error(), c.error) << c.target;
    expect_body(ask("/large"), std::string(kMaxBody, 'x'));
  }
}

TEST_F(HttpClientTest, ABaseThatIsNoneOrHasNoServer) {
  const std::string port = std::make_unique<FaultyServer>()->port();
  EXPECT_EQ(client_->ask(request_to("ftp://host", "/"), kSoon).error(), Errc::invalid);
  const std::string nobody = "http://127.0.0.1:" + port;
  EXPECT_EQ(client_->ask(request_to(nobody, "/"), kSoon).error(), Errc::refused);
  const std::string nameless = "http://" + std::string(64, 'a') + ".test";
  EXPECT_EQ(client_->ask(request_to(nameless, "/"), kSoon).error(), Errc::unreachable);
}

TEST_F(HttpClientTest, AServerThatDoesNotAnswerIsATimeout) {
  const auto before = std::chrono::steady_clock::now();
  const auto answer = client_->ask(request_to(server_.base(), "/silent"), kShort);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), Errc::timeout);
  EXPECT_GE(std::chrono::steady_clock::now() - before, kShort);
  EXPECT_LT(std::chrono::steady_clock::now() - before, kSoon / 2);
  EXPECT_EQ(client_->ask(request_to(server_.base(), "/good"), Duration::zero()).error(),
            Errc::timeout);
}

TEST_F(HttpClientTest, AServerThatNeverPausesIsATimeoutAsWell) {
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(client_->ask(request_to(server_.base(), "/endless"), kShort).error(), Errc::timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - before, kSoon / 2);
}

TEST_F(HttpClientTest, AStreamIsTakenAsItComesHoweverLongItGets) {
  std::vector<std::string> pieces;
  std::string all;
  const auto stream = [&](const std::string& target) {
    pieces.clear();
    all.clear();
    HttpRequest request = request_to(server_.base(), target);
    request.most_silence = kShort;
    request.taken = [&](std::string_view octets) {
      pieces.emplace_back(octets);
      all += octets;
    };
    return client_->ask(request, kSoon);
  };
  expect_body(stream("/drip"), "");
  EXPECT_EQ(all, "hello");
  expect_body(stream("/late"), "");
  EXPECT_EQ(pieces, (std::vector<std::string>{"he", "llo"}));
  expect_body(stream("/too-large"), "");
  EXPECT_EQ(all, std::string(kMaxBody + 1, 'x'));
  EXPECT_EQ(stream("/half").error(), Errc::closed);
  EXPECT_EQ(all, "hell") << "what came before the cut is taken";
  EXPECT_EQ(stream("/silent").error(), Errc::timeout);
}

// ---- connections between calls ----

TEST_F(HttpClientTest, AConnectionServesOneAskAfterTheOther) {
  for (int i = 0; i < 5; ++i) expect_body(ask("/good", i % 2 == 0 ? "GET" : "POST"), "hello");
  EXPECT_EQ(server_.connections(), 1);
}

TEST_F(HttpClientTest, AConnectionThatTheServerEndsIsNotUsedAgain) {
  for (int i = 0; i < 3; ++i) expect_body(ask("/last", "POST"), "bye");
  EXPECT_EQ(server_.connections(), 3);
  // Nothing said it would, and nobody knows whether it has when the next is asked.
  for (int i = 0; i < 3; ++i) expect_body(ask("/closes"), "hello");
  EXPECT_EQ(server_.connections(), 6);
}

// The server closes at the moment of our next request: no look beforehand can tell.
TEST_F(HttpClientTest, AGetOnAConnectionGoneStaleIsAskedOnceMore) {
  for (int i = 0; i < 3; ++i) expect_body(ask("/once"), "hello");
  EXPECT_EQ(server_.connections(), 3);
  EXPECT_EQ(server_.requests(), 3);
}

TEST_F(HttpClientTest, APostOnAConnectionGoneStaleIsNotAskedAgain) {
  expect_body(ask("/once"), "hello");
  EXPECT_EQ(ask("/good", "POST").error(), Errc::closed);
  EXPECT_EQ(server_.requests(), 1);
  expect_body(ask("/good", "POST"), "hello");
}

TEST_F(HttpClientTest, AGetThatAFreshConnectionFailsIsNotAskedAgain) {
  EXPECT_EQ(ask("/none").error(), Errc::closed);
  EXPECT_EQ(server_.requests(), 1);
}

TEST_F(HttpClientTest, NoMoreConnectionsStayThanTheLimit) {
  constexpr std::size_t kMany = 40;
  const std::vector<HttpRequest> many(kMany, request_to(server_.base(), "/good"));
  for (const auto& answer : client_->ask_all(many, kSoon)) expect_body(answer, "hello");
  EXPECT_EQ(server_.connections(), 40);
  for (const auto& answer : client_->ask_all(many, kSoon)) expect_body(answer, "hello");
  EXPECT_EQ(server_.connections(), 40 + 40 - 16);
}

// ---- many at once ----

TEST_F(HttpClientTest, EachOfManyHasItsOwnAnswerAndNoneWaitsForAnother) {
  const FaultyServer other;
  std::vector<HttpRequest> requests = {
      request_to(server_.base(), "/silent"), request_to(server_.base(), "/good"),
      request_to("nonsense", "/"),           request_to(other.base(), "/large"),
      request_to(server_.base(), "/half"),   request_to(other.base(), "/pause")};
  const auto before = std::chrono::steady_clock::now();
  const auto answers = client_->ask_all(requests, kPause * 5);
  const auto took = std::chrono::steady_clock::now() - before;
  ASSERT_EQ(answers.size(), requests.size());
  EXPECT_EQ(answers[0].error(), Errc::timeout);
  expect_body(answers[1], "hello");
  EXPECT_EQ(answers[2].error(), Errc::invalid);
  expect_body(answers[3], std::string(kMaxBody, 'x'));
  EXPECT_EQ(answers[4].error(), Errc::closed);
  expect_body(answers[5], "hello");
  EXPECT_GE(took, kPause * 5);
  EXPECT_LT(took, kSoon / 2);
}

TEST_F(HttpClientTest, ManyAtOnceTakeAsLongAsOne) {
  const std::vector<HttpRequest> many(50, request_to(server_.base(), "/pause"));
  const auto before = std::chrono::steady_clock::now();
  for (const auto& answer : client_->ask_all(many, kSoon)) expect_body(answer, "hello");
  EXPECT_LT(std::chrono::steady_clock::now() - before, kPause * 25);
}

TEST_F(HttpClientTest, NothingAskedIsNothingAnswered) {
  EXPECT_TRUE(client_->ask_all({}, kSoon).empty());
}

TEST_F(HttpClientTest, ThreadsShareAClient) {
  constexpr int kThreads = 12;
  std::vector<std::thread> threads;
  std::atomic<int> answered = 0;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 20; ++n) answered += ask("/good") ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered, kThreads * 20);
  EXPECT_LT(server_.connections(), kThreads * 20) << "connections are shared too";
}

// ---- TLS ----

class HttpsClientTest : public ::testing::Test {
 protected:
  static TlsContext context(tests::TestAuthority& authority, const std::string& names) {
    const auto issued = authority.issue(names);
    auto out = TlsContext::server(issued.chain_file, issued.key_file);
    EXPECT_TRUE(out) << out.error().why;
    return out.value();
  }

  Error error_of(HttpClient& client, const std::string& base) {
    const auto answer = client.ask(request_to(base, "/good"), kSoon);
    return answer ? Error() : answer.error();
  }

  tests::TestAuthority authority_{"ours"};
  TlsContext tls_ = context(authority_, "IP:127.0.0.1");
  FaultyServer server_{&tls_};
  std::string base_ = "https://127.0.0.1:" + server_.port();
};

TEST_F(HttpsClientTest, ATrustedServerIsAskedOverOneConnection) {
  const auto client = client_of(authority_.ca_file());
  for (int i = 0; i < 5; ++i) {
    const auto answer = client->ask(request_to(base_, "/good"), kSoon);
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->body, "hello");
  }
  EXPECT_EQ(server_.connections(), 1);
}

TEST_F(HttpsClientTest, FaultsAreTheSameAsWithoutTls) {
  const auto client = client_of(authority_.ca_file());
  for (const FaultCase& c : kFaults) {
    const auto answer = client->ask(request_to(base_, c.target), kSoon);
    ASSERT_FALSE(answer) << c.target;
    EXPECT_EQ(answer.error(), c.error) << c.target;
  }
  EXPECT_EQ(client->ask(request_to(base_, "/silent"), kShort).error(), Errc::timeout);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(client->ask(request_to(base_, "/once"), kSoon));
}

TEST_F(HttpsClientTest, AServerOfAnotherAuthorityOrNameIsRefused) {
  const tests::TestAuthority theirs("theirs");
  EXPECT_EQ(error_of(*client_of(theirs.ca_file()), base_), Errc::refused);
  EXPECT_EQ(error_of(*client_of(""), base_), Errc::refused) << "the system does not trust ours";
  const auto client = client_of(authority_.ca_file());
  EXPECT_EQ(error_of(*client, "https://localhost:" + server_.port()), Errc::refused);
  EXPECT_EQ(server_.requests(), 0);
}

TEST_F(HttpsClientTest, TlsAndPlainDoNotMeet) {
  const FaultyServer plain;
  const auto client = client_of(authority_.ca_file());
  EXPECT_EQ(error_of(*client, server_.base()), Errc::closed);
  const auto answer = client->ask(request_to("https://127.0.0.1:" + plain.port(), "/good"), kShort);
  ASSERT_FALSE(answer) << "the server waits for the end of a request that it takes our hello for";
  EXPECT_EQ(answer.error(), Errc::timeout);
}

TEST(HttpClientMakeTest, AFileThatIsNoAuthorityIsNamed) {
  const auto client = HttpClient::make(HttpClientSettings{"/nowhere/ca.pem", kMaxBody});
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error(), Errc::invalid);
  EXPECT_EQ(client.error().why.find("/nowhere/ca.pem"), 0u) << client.error().why;
}

TEST(HttpGetTest, IsOneGet) {
  const FaultyServer server;
  const auto answer = http_get(server.base(), "/good", kSoon);
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->body, "hello");
  EXPECT_EQ(http_get("nonsense", "/", kSoon).error(), Errc::invalid);
}

TEST(PercentEncodeTest, OnlyUnreservedOctetsStand) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a b/@\xc3\xa4\n"), "a%20b%2F%40%C3%A4%0A");
}

}  // namespace
}  // namespace waybill::runtime

#include "runtime/asio_tls.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <fstream>
#include <optional>
#include <sstream>

#include "runtime/asio_clock.h"
#include "runtime/asio_net.h"
#include "runtime/clock.h"
#include "runtime/scope.h"
#include "tests/support/run_task.h"
#include "tests/support/test_authority.h"

namespace waybill::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Accepted = Result<std::unique_ptr<Connection>>;

const Endpoint kTlsLoopback{boost::asio::ip::make_address("127.0.0.1"), 0};
const std::string kHost = "node-1.test";
const std::string kHello = "hello";

Task<void> accept_secured_into(Listener& listener, Executor home, std::optional<Accepted>& out) {
  out.emplace(co_await listener.accept(home));
}

Task<void> read_into(Connection& connection, std::size_t size, Instant deadline,
                     std::optional<Result<std::string>>& out) {
  std::string all;
  std::string buffer(64 << 10, '\0');
  while (all.size() < size) {
    const std::span<char> into(buffer.data(), std::min(buffer.size(), size - all.size()));
    const auto count = co_await connection.read_some(into, deadline);
    if (!count) {
      out = Result<std::string>(count.error());
      co_return;
    }
    all.append(buffer, 0, *count);
  }
  out = Result<std::string>(std::move(all));
}

Task<void> write_into(Connection& connection, std::string_view bytes, Instant deadline,
                      std::optional<Result<void>>& out) {
  out.emplace(co_await connection.write(bytes, deadline));
}

// A connection that gives few octets at a time, and breaks at a given call.
class Frail final : public Connection {
 public:
  Frail(std::unique_ptr<Connection> below, std::size_t octets, int calls)
      : below_(std::move(below)), octets_(octets), calls_(calls) {}

  Task<Result<std::size_t>> read_some(std::span<char> into, Instant deadline) override {
    if (calls_-- == 0) below_->close();
    const auto few = into.first(std::min(octets_, into.size()));
    co_return co_await below_->read_some(few, deadline);
  }
  Task<Result<void>> write(std::string_view bytes, Instant deadline) override {
    if (calls_-- == 0) below_->close();
    co_return co_await below_->write(bytes, deadline);
  }
  void write_last(std::string_view bytes) noexcept override { below_->write_last(bytes); }
  void close() noexcept override { below_->close(); }
  bool quiet() noexcept override { return below_->quiet(); }
  const Endpoint& local() const override { return below_->local(); }
  const Endpoint& remote() const override { return below_->remote(); }
  Executor executor() const override { return below_->executor(); }

 private:
  std::unique_ptr<Connection> below_;
  std::size_t octets_;
  int calls_;
};

// Two ends of one connection over loopback; the server's always speaks TLS.
class AsioTlsTest : public ::testing::Test {
 protected:
  void TearDown() override {
    run_until([&] { return scope_.running() == 0; });
  }

  void listen(Duration patience = kTlsPatience) {
    const auto issued = authority_.issue("DNS:" + kHost + ",IP:127.0.0.1");
    const auto context = TlsContext::server(issued.chain_file, issued.key_file);
    ASSERT_TRUE(context) << context.error().why;
    auto tcp = listen_tcp(io_, kTlsLoopback);
    ASSERT_TRUE(tcp) << tcp.error().message();
    listener_ = tls_listener(std::move(*tcp), *context, patience);
  }

  // Leaves the client plain.
  void connect() {
    if (listener_ == nullptr) listen();
    std::optional<Accepted> accepted;
    scope_.spawn("accept", accept_secured_into(*listener_, io_.get_executor(), accepted));
    auto dialled = tests::run_task(io_, dialer_->dial(listener_->local(), soon()));
    ASSERT_TRUE(dialled) << dialled.error().message();
    client_ = std::move(*dialled);
    run_until([&] { return accepted.has_value(); });
    ASSERT_TRUE(*accepted);
    server_ = std::move(**accepted);
  }

  void secure_client(const std::string& host, const std::string& ca_file) {
    const auto context = TlsContext::client(ca_file);
    ASSERT_TRUE(context) << context.error().why;
    client_ = tls_client(std::move(client_), *context, host);
  }

  void connect_secure() {
    connect();
    secure_client(kHost, authority_.ca_file());
  }

  template <class Condition>
  void run_until(Condition condition) {
    io_.restart();
    while (!condition()) ASSERT_GT(io_.run_one_for(seconds(10)), 0u);
  }

  struct Said {
    std::optional<Result<void>> written;
    std::optional<Result<std::string>> read;
    bool ended() const { return written.has_value() && read.has_value(); }
  };

  // `from` says `words` and `to` hears as much.
  Said say(Connection& from, Connection& to, std::string_view words) {
    Said said;
    scope_.spawn("write", write_into(from, words, soon(), said.written));
    scope_.spawn("read", read_into(to, words.size(), soon(), said.read));
    run_until([&] { return said.ended(); });
    return said;
  }

  void expect_heard(Connection& from, Connection& to, std::string_view words) {
    const Said said = say(from, to, words);
    ASSERT_TRUE(*said.written) << said.written->error().message();
    ASSERT_TRUE(*said.read) << said.read->error().message();
    ASSERT_TRUE(**said.read == words);
  }

  Error read_error(Connection& connection, Instant deadline) {
    std::optional<Result<std::string>> out;
    scope_.spawn("read", read_into(connection, 1, deadline, out));
    run_until([&] { return out.has_value(); });
    return out->has_error() ? out->error() : Error();
  }

  // A client whose TLS is at hand, over client_, which stays plain.
  void shake_hands(TlsEngine& client) {
    std::optional<Result<std::string>> got;
    scope_.spawn("read", read_into(*server_, kHello.size(), soon(), got));
    while (client.handshake() == TlsEngine::Step::wants_input) {
      send_output(client);
      ASSERT_TRUE(feed_some(client));
    }
    ASSERT_EQ(client.write(kHello), TlsEngine::Step::done);
    send_output(client);
    run_until([&] { return got.has_value(); });
    ASSERT_TRUE(*got);
  }

  void send_output(TlsEngine& client) {
    const std::string octets = client.output();
    if (octets.empty()) return;
    ASSERT_TRUE(tests::run_task(io_, client_->write(octets, soon())));
  }

  bool feed_some(TlsEngine& client) {
    std::optional<Result<std::string>> heard;
    scope_.spawn("read", read_into(*client_, 1, soon(), heard));
    run_until([&] { return heard.has_value(); });
    if (*heard) client.feed(**heard);
    return heard->has_value();
  }

  // What the end of the server's words looks like: `ended`, or `wants_input` where it was a cut.
  TlsEngine::Step end_heard(TlsEngine& client) {
    char plain = 0;
    std::size_t count = 0;
    TlsEngine::Step step{};
    do {
      step = client.read({&plain, 1}, count);
    } while (step == TlsEngine::Step::wants_input && feed_some(client));
    return step;
  }

  Instant soon() const { return clock_.now() + seconds(10); }

  AsioClock clock_;
  tests::TestAuthority authority_{"ours"};
  boost::asio::io_context io_;
  Scope scope_{io_.get_executor()};
  std::unique_ptr<Dialer> dialer_ = tcp_dialer();
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Connection> client_;
  std::unique_ptr<Connection> server_;
};

TEST_F(AsioTlsTest, CarriesOctetsBothWays) {
  connect_secure();
  expect_heard(*client_, *server_, "hello");
  expect_heard(*server_, *client_, "bye");
  EXPECT_EQ(client_->remote(), listener_->local());
  EXPECT_EQ(server_->remote(), client_->local());
  EXPECT_EQ(server_->executor(), Executor(io_.get_executor()));
}

// RFC 8446 6.1: whoever ends says so, and so does whoever is told an end.
TEST_F(AsioTlsTest, AnEndIsTold) {
  const auto context = TlsContext::client(authority_.ca_file());
  ASSERT_TRUE(context) << context.error().why;
  for (const bool by_us : {true, false}) {
    connect();
    TlsEngine client(*context, kHost);
    ASSERT_NO_FATAL_FAILURE(shake_hands(client));
    if (by_us) {
      server_.reset();
    } else {
      client.close();
      ASSERT_NO_FATAL_FAILURE(send_output(client));
      EXPECT_EQ(read_error(*server_, soon()), Errc::closed);
    }
    EXPECT_EQ(end_heard(client), TlsEngine::Step::ended) << by_us;
  }
}

TEST_F(AsioTlsTest, AServerMaySpeakFirst) {
  connect_secure();
  expect_heard(*server_, *client_, "220 hello");
}

TEST_F(AsioTlsTest, AnEmptyWriteIsAWrite) {
  connect_secure();
  expect_heard(*client_, *server_, "hello");
  EXPECT_TRUE(tests::run_task(io_, client_->write("", soon())));
}

// The first read and the first write of an end both need the handshake: one call makes it, the
// other waits; and what both directions carry is more than sockets hold.
TEST_F(AsioTlsTest, BothDirectionsAtOnceFromTheFirstOctetOn) {
  connect_secure();
  const std::string there(16 << 20, 't');
  const std::string back(16 << 20, 'b');
  Said one;
  Said two;
  scope_.spawn("read", read_into(*client_, back.size(), soon(), two.read));
  scope_.spawn("read", read_into(*server_, there.size(), soon(), one.read));
  scope_.spawn("write", write_into(*client_, there, soon(), one.written));
  scope_.spawn("write", write_into(*server_, back, soon(), two.written));
  run_until([&] { return one.ended() && two.ended(); });
  ASSERT_TRUE(*one.written && *two.written);
  EXPECT_TRUE(one.read->value() == there);
  EXPECT_TRUE(two.read->value() == back);
}

TEST_F(AsioTlsTest, OctetsOneAtATimeAreAnExchange) {
  connect();
  client_ = std::make_unique<Frail>(std::move(client_), 1, -1);
  secure_client(kHost, authority_.ca_file());
  expect_heard(*client_, *server_, "hello");
  expect_heard(*server_, *client_, "bye");
}

// Wherever the connection below breaks, both ends end, and neither takes it for a whole exchange.
TEST_F(AsioTlsTest, ABreakAtAnyCallEndsBothEnds) {
  int whole = 0;
  for (int calls = 0; whole == 0; ++calls) {
    ASSERT_LT(calls, 1000);
    connect();
    client_ = std::make_unique<Frail>(std::move(client_), 512, calls);
    secure_client(kHost, authority_.ca_file());
    const Said there = say(*client_, *server_, "hello");
    const Said back = say(*server_, *client_, "bye");
    if (*back.read) {
      ++whole;
      EXPECT_GE(calls, 4) << "a handshake and two words are at least so many calls";
      continue;
    }
    EXPECT_EQ(back.read->error(), Errc::closed) << calls;
    EXPECT_TRUE(*there.read || there.read->error() == Errc::closed) << calls;
  }
}

TEST_F(AsioTlsTest, AClientThatDoesNotSpeakTlsIsClosed) {
  connect();
  const Said said = say(*client_, *server_, "GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(*said.written);
  EXPECT_EQ(said.read->error(), Errc::closed);
  EXPECT_EQ(read_error(*client_, soon()), Errc::closed);
}

TEST_F(AsioTlsTest, ASilentClientIsClosedWhenPatienceEnds) {
  listen(milliseconds(60));
  connect();
  const Instant before = clock_.now();
  EXPECT_EQ(read_error(*server_, soon()), Errc::timeout);
  EXPECT_GE(clock_.now(), before + milliseconds(60));
  EXPECT_LT(clock_.now(), before + seconds(5));
  EXPECT_EQ(read_error(*server_, soon()), Errc::closed) << "a handshake has one patience";
  EXPECT_EQ(read_error(*client_, soon()), Errc::closed) << "the peer sees the end";
}

TEST_F(AsioTlsTest, ASilentClientKeepsNobodyElseOut) {
  connect();
  const auto silent = std::move(client_);
  const auto waiting = std::move(server_);
  std::optional<Result<std::string>> nothing;
  scope_.spawn("read", read_into(*waiting, 1, soon(), nothing));
  connect_secure();
  expect_heard(*client_, *server_, "hello");
  EXPECT_FALSE(nothing);
  waiting->close();
  run_until([&] { return nothing.has_value(); });
  EXPECT_EQ(nothing->error(), Errc::closed);
}

TEST_F(AsioTlsTest, AReadThatTimesOutBeforeTheHandshakeOrAfterGoesOnLater) {
  connect_secure();
  EXPECT_EQ(read_error(*server_, clock_.now() + milliseconds(20)), Errc::timeout);
  EXPECT_EQ(read_error(*client_, clock_.now() + milliseconds(20)), Errc::timeout);
  expect_heard(*client_, *server_, "hello");
  EXPECT_EQ(read_error(*server_, clock_.now() + milliseconds(20)), Errc::timeout);
  expect_heard(*client_, *server_, "again");
}

TEST_F(AsioTlsTest, AWriteToAPeerThatDoesNotReadEndsAtItsDeadline) {
  connect_secure();
  expect_heard(*client_, *server_, "hello");
  const std::string flood(64 << 20, 'x');
  const Instant deadline = clock_.now() + milliseconds(50);
  const auto written = tests::run_task(io_, client_->write(flood, deadline));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error(), Errc::timeout);
  EXPECT_GE(clock_.now(), deadline);
}

// While one call makes the handshake, the other has a deadline of its own.
TEST_F(AsioTlsTest, AWriteThatWaitsForTheHandshakeOfAReadEndsAtItsDeadline) {
  connect();
  std::optional<Result<std::string>> read;
  scope_.spawn("read", read_into(*server_, 1, soon(), read));
  const auto written =
      tests::run_task(io_, server_->write("hello", clock_.now() + milliseconds(30)));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error(), Errc::timeout);
  EXPECT_FALSE(read);
  server_->close();
  run_until([&] { return read.has_value(); });
}

TEST_F(AsioTlsTest, AServerThatIsNotTrustedIsRefused) {
  const tests::TestAuthority theirs("theirs");
  const std::pair<std::string, std::string> cases[] = {
      {kHost, theirs.ca_file()},
      {"node-2.test", authority_.ca_file()},
      {"127.0.0.2", authority_.ca_file()},
  };
  for (const auto& [host, ca_file] : cases) {
    connect();
    secure_client(host, ca_file);
    const Said said = say(*client_, *server_, "secret");
    EXPECT_EQ(said.written->error(), Errc::refused) << host;
    EXPECT_EQ(said.read->error(), Errc::closed) << host;
    EXPECT_EQ(read_error(*client_, soon()), Errc::refused) << "and so it stays";
  }
}

TEST_F(AsioTlsTest, AServerIsTrustedByItsAddressToo) {
  connect();
  secure_client("127.0.0.1", authority_.ca_file());
  expect_heard(*client_, *server_, "hello");
}

TEST_F(AsioTlsTest, ClosingEndsCallsInFlight) {
  for (const bool shaken : {false, true}) {
    connect_secure();
    if (shaken) expect_heard(*client_, *server_, "hello");
    // Unshaken, the write waits for the read's handshake; shaken, for the peer to read.
    const std::string flood(64 << 20, 'x');
    Said said;
    scope_.spawn("read", read_into(*server_, 1, soon(), said.read));
    scope_.spawn("write", write_into(*server_, flood, soon(), said.written));
    io_.restart();
    io_.poll();
    ASSERT_FALSE(said.read || said.written);
    server_->close();
    run_until([&] { return said.ended(); });
    EXPECT_EQ(said.read->error(), Errc::closed) << shaken;
    EXPECT_EQ(said.written->error(), Errc::closed) << shaken;
    EXPECT_EQ(read_error(*server_, soon()), Errc::closed) << shaken;
  }
}

TEST_F(AsioTlsTest, IsQuietUntilThePeerSpeaksOrEnds) {
  connect_secure();
  expect_heard(*client_, *server_, "hello");
  expect_heard(*server_, *client_, "hello");
  EXPECT_TRUE(client_->quiet());
  EXPECT_TRUE(tests::run_task(io_, server_->write("421 bye", soon())));
  EXPECT_FALSE(client_->quiet());
  std::optional<Result<std::string>> out;
  scope_.spawn("read", read_into(*client_, 3, soon(), out));
  run_until([&] { return out.has_value(); });
  EXPECT_EQ(out->value(), "421");
  EXPECT_FALSE(client_->quiet()) << "the rest of the record was taken from the socket, not read";
  out.reset();
  scope_.spawn("read", read_into(*client_, 4, soon(), out));
  run_until([&] { return out.has_value(); });
  EXPECT_TRUE(client_->quiet());
  server_->close();
  EXPECT_FALSE(client_->quiet());
  server_.reset();
  client_->close();
  EXPECT_FALSE(client_->quiet());
}

TEST_F(AsioTlsTest, ClosingTheListenerEndsAnAcceptInFlight) {
  listen();
  std::optional<Accepted> accepted;
  scope_.spawn("accept", accept_secured_into(*listener_, io_.get_executor(), accepted));
  io_.poll();
  EXPECT_FALSE(accepted);
  listener_->close();
  run_until([&] { return accepted.has_value(); });
  EXPECT_EQ(accepted->error(), Errc::closed);
}

// ---- curl: a client that is not ours ----

constexpr const char* kCurl = "/usr/bin/curl";

Task<void> answer_one(Listener& listener, Executor home, Instant deadline) {
  auto accepted = co_await listener.accept(home);
  const auto connection = std::move(*accepted);
  std::string request;
  std::string buffer(4096, '\0');
  const std::span<char> into(buffer);
  while (request.find("\r\n\r\n") == std::string::npos) {
    const auto count = co_await connection->read_some(into, deadline);
    if (!count) co_return;
    request.append(buffer, 0, *count);
  }
  const std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsecret\n";
  const auto written = co_await connection->write(answer, deadline);
  EXPECT_TRUE(written);
}

class CurlTest : public AsioTlsTest {
 protected:
  void SetUp() override {
    if (::access(kCurl, X_OK) != 0) GTEST_SKIP() << "/usr/bin/curl is not installed";
    listen();
  }

  // curl's exit code (curl(1), EXIT CODES) for one exchange.
  int curl(std::vector<std::string> options) {
    const std::string port = std::to_string(listener_->local().port);
    options.insert(options.begin(),
                   {kCurl, "-q", "-sS", "--max-time", "10", "--noproxy", "*", "-o",
                    authority_.folder() + "/body", "--resolve", kHost + ":" + port + ":127.0.0.1"});
    options.push_back("https://" + kHost + ":" + port + "/");
    std::vector<char*> words;
    for (std::string& option : options) words.push_back(option.data());
    words.push_back(nullptr);
    scope_.spawn("answer", answer_one(*listener_, io_.get_executor(), soon()));
    const pid_t child = ::fork();
    if (child == 0) {
      ::execv(kCurl, words.data());
      ::_exit(127);
    }
    run_until([&] { return scope_.running() == 0; });
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
  }

  std::string body() const {
    std::stringstream text;
    text << std::ifstream(authority_.folder() + "/body").rdbuf();
    return text.str();
  }
};

TEST_F(CurlTest, CurlIsAnsweredInTls12AndTls13) {
  for (const std::string version : {"1.2", "1.3"}) {
    EXPECT_EQ(curl({"--cacert", authority_.ca_file(), "--tls-max", version}), 0) << version;
    EXPECT_EQ(body(), "secret\n");
  }
}

TEST_F(CurlTest, CurlIsNotAnsweredInTls11) {
  constexpr int kHandshakeFailed = 35;
  // Debian's own settings would keep curl from asking at all.
  const std::vector<std::string> old = {
      "--cacert", authority_.ca_file(), "--tlsv1.0",         "--tls-max",
      "1.1",      "--ciphers",          "DEFAULT@SECLEVEL=0"};
  EXPECT_EQ(curl(old), kHandshakeFailed);
}

TEST_F(CurlTest, CurlTrustsOurCertificateOnlyByItsAuthority) {
  constexpr int kNotTrusted = 60;
  const tests::TestAuthority theirs("theirs");
  EXPECT_EQ(curl({"--cacert", theirs.ca_file()}), kNotTrusted);
}

}  // namespace
}  // namespace waybill::runtime

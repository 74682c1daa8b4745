// What a client does beside asking: it can be cancelled, goes through proxies, shows a certificate,
// dials only where it may, and says why there is no answer.
#include "runtime/http_attempt.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "runtime/clock.h"
#include "runtime/http_client.h"
#include "tests/support/http_receiver.h"
#include "tests/support/test_authority.h"

namespace waybill::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using tests::GivenAnswer;
using tests::HeardRequest;
using tests::HttpReceiver;
using Manner = GivenAnswer::Manner;

int listening_on_loopback(sockaddr_in& at) {
  const int out = ::socket(AF_INET, SOCK_STREAM, 0);
  at = {};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  EXPECT_EQ(::bind(out, reinterpret_cast<sockaddr*>(&at), size), 0);
  EXPECT_EQ(::listen(out, 0), 0);
  EXPECT_EQ(::getsockname(out, reinterpret_cast<sockaddr*>(&at), &size), 0);
  return out;
}

Instant in(Duration wait) { return std::chrono::steady_clock::now() + wait; }

GivenAnswer hello(const HeardRequest&) { return {.body = "hello"}; }
GivenAnswer silence(const HeardRequest&) { return {.manner = Manner::silent}; }

std::unique_ptr<HttpClient> client_of(HttpClientSettings settings) {
  auto client = HttpClient::make(std::move(settings));
  EXPECT_TRUE(client) << client.error().why;
  return std::move(client.value());
}

HttpAttempt attempt(HttpClient& client, const std::string& base, Duration wait = seconds(10)) {
  HttpRequest request;
  request.base = base;
  request.target = "/path?q=1";
  request.method = "POST";
  request.body = "words";
  return client.attempt(request, in(wait));
}

// ---- cancelled ----

TEST(HttpCancelTest, WhoWaitsIsToldSoonAndAllAfterAtOnce) {
  const HttpReceiver receiver(silence);
  const auto client = client_of({});
  std::vector<std::thread> waiting;
  std::atomic<int> closed = 0;
  for (int i = 0; i < 3; ++i) {
    waiting.emplace_back([&] {
      const auto end = attempt(*client, receiver.base(), seconds(60));
      closed += !end.answer && end.fault == HttpFault::weather ? 1 : 0;
    });
  }
  while (receiver.heard().size() < 3) std::this_thread::sleep_for(milliseconds(1));
  const Instant before = in({});
  client->cancel();
  for (std::thread& thread : waiting) thread.join();
  EXPECT_EQ(closed, 3);
  EXPECT_EQ(attempt(*client, receiver.base(), seconds(60)).answer.error(), Errc::closed);
  EXPECT_LT(in({}) - before, seconds(5));
  EXPECT_EQ(receiver.heard().size(), 3u);
}

TEST(HttpCancelTest, ItComesAtAnyMoment) {
  const HttpReceiver receiver(hello);
  const HttpReceiver silent(silence);
  for (int round = 0; round < 30; ++round) {
    const auto client = client_of({});
    std::thread asking([&] {
      while (attempt(*client, receiver.base(), seconds(60)).answer) {
      }
      EXPECT_FALSE(attempt(*client, silent.base(), seconds(60)).answer);
    });
    std::this_thread::sleep_for(std::chrono::microseconds(round * 50));
    client->cancel();
    asking.join();
  }
}

TEST(HttpCancelTest, ASilentDialIsEndedToo) {
  // A listener whose queue is full lets nobody in and refuses nobody.
  sockaddr_in at{};
  const int full = listening_on_loopback(at);
  std::vector<int> fillers;
  for (int i = 0; i < 4; ++i) {
    fillers.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    (void)::connect(fillers.back(), reinterpret_cast<sockaddr*>(&at), sizeof at);
  }
  const auto client = client_of({});
  const Instant before = in({});
  std::thread asking([&] {
    const std::string base = "http://127.0.0.1:" + std::to_string(ntohs(at.sin_port));
    EXPECT_FALSE(attempt(*client, base, seconds(60)).answer);
  });
  std::this_thread::sleep_for(milliseconds(100));
  client->cancel();
  asking.join();
  EXPECT_LT(in({}) - before, seconds(10));
  for (const int filler : fillers) ::close(filler);
  ::close(full);
}

// ---- why there is no answer ----

TEST(HttpAttemptTest, WeatherIsToldFromTheRest) {
  const HttpReceiver cut(
      [](const HeardRequest&) { return GivenAnswer{.body = "hello", .manner = Manner::cut}; });
  const HttpReceiver silent(silence);
  const auto client = client_of({});
  EXPECT_EQ(attempt(*client, cut.base()).fault, HttpFault::weather);
  EXPECT_EQ(attempt(*client, silent.base(), milliseconds(50)).fault, HttpFault::weather);
  EXPECT_EQ(attempt(*client, "http://127.0.0.1:" + tests::port_of_nobody()).fault,
            HttpFault::weather);
  EXPECT_EQ(attempt(*client, "http://" + std::string(64, 'a') + ".test").fault, HttpFault::weather);
  EXPECT_EQ(attempt(*client, "nonsense").fault, HttpFault::invalid);
}

TEST(HttpAttemptTest, AnAddressThatMayNotBeDialledIsNot) {
  const HttpReceiver receiver(hello);
  HttpClientSettings settings;
  std::vector<std::string> asked;
  settings.may_dial = [&](const IpAddress& address) {
    asked.push_back(ip_text(address));
    return false;
  };
  const auto client = client_of(settings);
  const auto end = attempt(*client, "http://localhost:" + receiver.port());
  EXPECT_EQ(end.fault, HttpFault::forbidden);
  EXPECT_NE(end.why.find("localhost is at "), std::string::npos) << end.why;
  EXPECT_FALSE(asked.empty());
  EXPECT_TRUE(receiver.heard().empty());
  settings.may_dial = [](const IpAddress& address) { return address.is_loopback(); };
  EXPECT_TRUE(attempt(*client_of(settings), "http://localhost:" + receiver.port()).answer);
}

// ---- TLS ----

class HttpTlsAttemptTest : public ::testing::Test {
 protected:
  // Asks every client for a certificate of ours.
  TlsContext demanding() {
    const auto issued = authority_.issue("IP:127.0.0.1");
    auto out = TlsContext::server(issued.chain_file, issued.key_file);
    EXPECT_TRUE(out);
    SSL_CTX_set_verify(out->get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    EXPECT_EQ(SSL_CTX_load_verify_file(out->get(), authority_.ca_file().c_str()), 1);
    return out.value();
  }

  HttpClientSettings trusting(tests::TestAuthority* issuer) {
    HttpClientSettings out;
    out.ca_file = authority_.ca_file();
    if (issuer == nullptr) return out;
    const auto issued = issuer->issue("DNS:relay.test");
    out.own = {issued.chain_file, issued.key_file};
    return out;
  }

  tests::TestAuthority authority_{"ours"};
};

TEST_F(HttpTlsAttemptTest, ACertificateOfOursIsShownToAServerThatAsks) {
  const TlsContext tls = demanding();
  const HttpReceiver receiver(hello, &tls);
  const std::string base = "https://127.0.0.1:" + receiver.port();
  const auto end = attempt(*client_of(trusting(&authority_)), base);
  ASSERT_TRUE(end.answer) << end.why;
  EXPECT_EQ(end.answer->body, "hello");
  EXPECT_EQ(attempt(*client_of(trusting(nullptr)), base).fault, HttpFault::unwelcome);
  tests::TestAuthority stranger{"stranger"};
  EXPECT_EQ(attempt(*client_of(trusting(&stranger)), base).fault, HttpFault::unwelcome);
}

TEST_F(HttpTlsAttemptTest, AServerThatIsNotTrustedIsToldFromWeather) {
  const TlsContext tls = demanding();
  const HttpReceiver receiver(hello, &tls);
  const auto end = attempt(*client_of({}), "https://127.0.0.1:" + receiver.port());
  EXPECT_EQ(end.fault, HttpFault::untrusted);
  EXPECT_NE(end.why.find("certificate"), std::string::npos) << end.why;
}

TEST_F(HttpTlsAttemptTest, ACertificateThatIsNoneIsNamed) {
  HttpClientSettings settings;
  settings.own = {"/nowhere/client.pem", "/nowhere/key.pem"};
  const auto client = HttpClient::make(settings);
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().why.find("/nowhere/client.pem"), 0u) << client.error().why;
}

// ---- proxies ----

HttpClientSettings through(const HttpReceiver& proxy) {
  HttpClientSettings out;
  out.proxies = HttpProxies::one("http://user:pass@127.0.0.1:" + proxy.port(), "").value();
  return out;
}

TEST(HttpProxiedTest, AProxyIsGivenTheWholeUrlOfWhatIsInClear) {
  const HttpReceiver proxy(hello);
  const auto client = client_of(through(proxy));
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(attempt(*client, "http://receiver.test:9200").answer);
  ASSERT_EQ(proxy.heard().size(), 2u);
  const HeardRequest heard = proxy.heard().front();
  EXPECT_EQ(heard.target, "http://receiver.test:9200/path?q=1");
  EXPECT_EQ(heard.field("Host"), "receiver.test:9200");
  EXPECT_EQ(heard.field("Proxy-Authorization"), "Basic dXNlcjpwYXNz");
  EXPECT_EQ(heard.body, "words");
}

TEST(HttpProxiedTest, AProxyIsAskedForAWayToWhatIsEncrypted) {
  const HttpReceiver proxy([](const HeardRequest&) { return GivenAnswer{.status = 407}; });
  const auto client = client_of(through(proxy));
  const auto end = attempt(*client, "https://receiver.test:9200");
  EXPECT_EQ(end.fault, HttpFault::proxy);
  EXPECT_EQ(end.why, "the proxy answered CONNECT with 407");
  ASSERT_EQ(proxy.heard().size(), 1u);
  const HeardRequest heard = proxy.heard().front();
  EXPECT_EQ(heard.method, "CONNECT");
  EXPECT_EQ(heard.target, "receiver.test:9200");
  EXPECT_EQ(heard.field("Proxy-Authorization"), "Basic dXNlcjpwYXNz");
  EXPECT_EQ(heard.body, "");
}

TEST(HttpProxiedTest, AProxyThatCannotReachTheServerIsWeather) {
  for (const unsigned status : {502u, 503u, 504u, 429u}) {
    const HttpReceiver proxy([=](const HeardRequest&) { return GivenAnswer{.status = status}; });
    EXPECT_EQ(attempt(*client_of(through(proxy)), "https://receiver.test").fault,
              HttpFault::weather);
  }
  const HttpReceiver gone([](const HeardRequest&) { return GivenAnswer{.manner = Manner::none}; });
  EXPECT_EQ(attempt(*client_of(through(gone)), "https://receiver.test").fault, HttpFault::weather);
}

// A proxy that makes one way, to `port` of loopback whatever it is asked for.
class Tunnel {
 public:
  explicit Tunnel(const std::string& port) : listener_(listening_on_loopback(at_)) {
    thread_ = std::thread([this, port] { run(static_cast<std::uint16_t>(std::stoi(port))); });
  }
  ~Tunnel() {
    thread_.join();
    ::close(listener_);
  }
  std::string port() const { return std::to_string(ntohs(at_.sin_port)); }
  // After the first answer.
  std::string asked() const { return asked_.substr(0, asked_.find("\r\n")); }

 private:
  void run(std::uint16_t port) {
    const int client = ::accept(listener_, nullptr, nullptr);
    char octet = 0;
    while (!asked_.ends_with("\r\n\r\n") && ::recv(client, &octet, 1, 0) == 1) asked_ += octet;
    const std::string_view yes = "HTTP/1.0 200 Connection established\r\n\r\n";
    EXPECT_EQ(::send(client, yes.data(), yes.size(), 0), static_cast<ssize_t>(yes.size()));
    sockaddr_in to = at_;
    to.sin_port = htons(port);
    const int server = ::socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(::connect(server, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    pollfd ends[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    for (bool open = true; open;) {
      ::poll(ends, 2, -1);
      for (const int i : {0, 1}) {
        if (ends[i].revents != 0) open = open && pump(ends[i].fd, ends[1 - i].fd);
      }
    }
    ::close(client);
    ::close(server);
  }

  static bool pump(int from, int to) {
    char octets[4096];
    const auto count = ::recv(from, octets, sizeof octets, 0);
    return count > 0 && ::send(to, octets, static_cast<std::size_t>(count), MSG_NOSIGNAL) == count;
  }

  sockaddr_in at_{};
  const int listener_;
  std::string asked_;
  std::thread thread_;
};

class TunnelTest : public HttpTlsAttemptTest {};

TEST_F(TunnelTest, ThroughAWayTheServerIsAskedInTls) {
  const auto issued = authority_.issue("DNS:receiver.test");
  const auto tls = TlsContext::server(issued.chain_file, issued.key_file);
  ASSERT_TRUE(tls);
  const HttpReceiver server(hello, &*tls);
  Tunnel tunnel(server.port());  // ends with the client's connection
  HttpClientSettings settings = trusting(nullptr);
  settings.proxies = HttpProxies::one("http://127.0.0.1:" + tunnel.port(), "").value();
  const auto client = client_of(settings);
  for (int i = 0; i < 3; ++i) {
    const auto end = attempt(*client, "https://receiver.test:9200");
    ASSERT_TRUE(end.answer) << end.why;
    EXPECT_EQ(end.answer->body, "hello");
  }
  EXPECT_EQ(tunnel.asked(), "CONNECT receiver.test:9200 HTTP/1.1");
  EXPECT_EQ(server.heard().size(), 3u);
  EXPECT_EQ(server.heard().front().target, "/path?q=1");
  EXPECT_FALSE(server.heard().front().has("Proxy-Authorization"));
}

}  // namespace
}  // namespace waybill::runtime

// A policy file over real sockets and real TLS, from a server that says what the test wants; what
// becomes of policies is in tests/e2e/mta_sts_test.py.
#include "app/roles/sts_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/asio_clock.h"
#include "runtime/asio_net.h"
#include "runtime/asio_tls.h"
#include "runtime/scope.h"
#include "tests/support/run_task.h"
#include "tests/support/test_authority.h"
#include "tests/support/zone_resolver.h"

namespace waybill::app {
namespace {

using namespace std::chrono_literals;
using runtime::Connection;
using runtime::Endpoint;
using runtime::Errc;
using runtime::Explained;
using runtime::Instant;
using runtime::Result;
using runtime::Task;
using tests::TestAuthority;
using Addresses = std::vector<std::string>;

// Whatever is dialled is the test's server, or nobody.
class OneServer final : public runtime::Dialer {
 public:
  Task<Result<std::unique_ptr<Connection>>> dial(Endpoint to, Instant deadline,
                                                 std::optional<runtime::IpAddress>) override {
    dialled.push_back(to_string(to));
    if (to.address.to_string() == "192.0.2.66") co_return make_error_code(runtime::Errc::refused);
    co_return co_await tcp->dial(at, deadline);
  }
  Addresses dialled;
  Endpoint at;
  std::unique_ptr<runtime::Dialer> tcp = runtime::tcp_dialer();
};

// Reads a request to its end and answers it, `size` octets at a time.
Task<void> serve(runtime::Listener& listener, std::string answer, std::size_t size,
                 Instant deadline, std::string& request) {
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  const auto accepted = co_await listener.accept(executor);
  if (!accepted) co_return;
  Connection& connection = **accepted;
  std::string buffer(4096, '\0');
  while (!request.ends_with("\r\n\r\n")) {
    const std::span<char> into(buffer);
    const auto count = co_await connection.read_some(into, deadline);
    if (!count) co_return;
    request.append(buffer, 0, *count);
  }
  for (std::size_t at = 0; at < answer.size(); at += size) {
    const std::string_view piece = std::string_view(answer).substr(at, size);
    const auto written = co_await connection.write(piece, deadline);
    if (!written) co_return;
  }
  // Until the client has gone.
  const std::span<char> into(buffer);
  co_await connection.read_some(into, deadline);
}

constexpr const char* kPolicy = "version: STSv1\nmode: enforce\nmx: mx.y.test\nmax_age: 86400\n";

std::string answer(const std::string& status, const std::string& type, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class StsFetchTest : public testing::Test {
 protected:
  // "enforce 86400", or why there is nothing.
  std::string fetch(const std::string& says, std::size_t size = 1 << 20,
                    const std::string& certificate = "DNS:mta-sts.y.test",
                    runtime::Duration patience = 5s) {
    const auto issued = authority_.issue(certificate);
    auto context = runtime::TlsContext::server(issued.chain_file, issued.key_file);
    const auto trust = runtime::TlsContext::client(authority_.ca_file());
    auto listener = runtime::tls_listener(
        *runtime::listen_tcp(io_, {boost::asio::ip::make_address("127.0.0.1"), 0}), *context);
    dialer_.at = listener->local();
    request_.clear();
    runtime::Scope scope(io_.get_executor());
    scope.spawn("server", serve(*listener, says, size, clock_.now() + 5s, request_));
    const HttpsWorld world{clock_, dns_, dialer_, *trust};
    const auto found = tests::run_task(io_, fetch_policy(world, "y.test", clock_.now() + patience));
    listener->close();
    tests::run_task(io_, scope.join());
    failed_by_ = found ? Errc::io_error : found.error().code;
    if (!found) return found.error().why;
    return std::string(word_of(found->mode)) + " " + std::to_string(found->max_age.count());
  }

  boost::asio::io_context io_;
  runtime::AsioClock clock_;
  TestAuthority authority_{"ours"};
  tests::ZoneResolver dns_{clock_, "mta-sts.y.test. A 192.0.2.1\n"};
  OneServer dialer_;
  std::string request_;
  Errc failed_by_ = Errc::io_error;
};

TEST_F(StsFetchTest, AsksThePlaceThatIsForIt) {
  EXPECT_EQ(fetch(answer("200 OK", "text/plain; charset=utf-8", kPolicy)), "enforce 86400");
  EXPECT_THAT(request_, testing::StartsWith("GET /.well-known/mta-sts.txt HTTP/1.1\r\n"));
  EXPECT_THAT(request_, testing::HasSubstr("Host: mta-sts.y.test\r\n"));
  EXPECT_EQ(dialer_.dialled, (Addresses{"192.0.2.1:443"}));
  EXPECT_EQ(fetch(answer("200 OK", "text/plain", kPolicy), 1), "enforce 86400") << "by octets";
}

// RFC 8461 3.3
TEST_F(StsFetchTest, TakesNothingElseForAPolicy) {
  const std::string host = "mta-sts.y.test ";
  EXPECT_EQ(fetch(answer("404 Not Found", "text/plain", kPolicy)), host + "answered 404");
  EXPECT_EQ(fetch(answer("301 Moved", "text/plain", kPolicy)), host + "answered 301");
  EXPECT_EQ(fetch(answer("200 OK", "text/html", kPolicy)), host + "has no plain text there");
  EXPECT_EQ(fetch(answer("200 OK", "text/plain", "mode: none\n")),
            host + "has no well-formed policy");
  const std::string large = kPolicy + std::string(kMostPolicyOctets, '\n');
  EXPECT_THAT(fetch(answer("200 OK", "text/plain", large)),
              testing::StartsWith(host + "gave no whole answer"));
  EXPECT_THAT(fetch("220 mx.y.test ESMTP\r\n"), testing::StartsWith(host + "gave no whole answer"));
}

// RFC 8460 4.3.2.2 tells them apart.
TEST_F(StsFetchTest, SaysWhetherTheServerOrThePolicyIsWrong) {
  const std::string right = answer("200 OK", "text/plain", kPolicy);
  fetch(right, 1 << 20, "DNS:y.test");
  EXPECT_EQ(failed_by_, Errc::refused) << "its certificate";
  fetch(answer("200 OK", "text/plain", "mode: none\n"));
  EXPECT_EQ(failed_by_, Errc::invalid) << "its policy";
  fetch(answer("404 Not Found", "text/plain", kPolicy));
  EXPECT_EQ(failed_by_, Errc::not_found);
  fetch("220 mx.y.test ESMTP\r\n");
  EXPECT_EQ(failed_by_, Errc::closed);
  dns_.remove("mta-sts.y.test");
  dns_.add("mta-sts.y.test. A 192.0.2.66\n");
  fetch(right);
  EXPECT_EQ(failed_by_, Errc::unreachable) << "nobody is there";
}

TEST_F(StsFetchTest, TrustsAServerOfThatNameAlone) {
  const std::string says = answer("200 OK", "text/plain", kPolicy);
  EXPECT_THAT(fetch(says, 1 << 20, "DNS:y.test"), testing::HasSubstr("hostname mismatch"));
  EXPECT_EQ(request_, "");
  EXPECT_EQ(fetch(says, 1 << 20, "DNS:*.y.test"), "enforce 86400");
}

TEST_F(StsFetchTest, TriesEachAddressAndEndsInTime) {
  const std::string says = answer("200 OK", "text/plain", kPolicy);
  dns_.remove("mta-sts.y.test");
  EXPECT_EQ(fetch(says), "mta-sts.y.test has no address");
  dns_.add("mta-sts.y.test. A 192.0.2.66\nmta-sts.y.test. A 192.0.2.1\n");
  EXPECT_EQ(fetch(says), "enforce 86400");
  EXPECT_EQ(dialer_.dialled, (Addresses{"192.0.2.66:443", "192.0.2.1:443"}));
  EXPECT_THAT(fetch("", 1, "DNS:mta-sts.y.test", 200ms),
              testing::StartsWith("mta-sts.y.test gave no whole answer"));
}

}  // namespace
}  // namespace waybill::app

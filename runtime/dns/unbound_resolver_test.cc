// What is libunbound's own; what every resolver does is in tests/contracts/resolver_contract.cc.
#include "runtime/dns/unbound_resolver.h"

#include <gtest/gtest.h>

#include <boost/asio/ip/udp.hpp>
#include <cstdio>
#include <fstream>
#include <thread>

#include "runtime/asio_clock.h"
#include "runtime/clock.h"
#include "runtime/scope.h"
#include "tests/support/lacks.h"
#include "tests/support/nsd_server.h"
#include "tests/support/run_task.h"

namespace waybill::runtime::dns {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::udp;
using runtime::Errc;
using runtime::Instant;
using runtime::IpAddress;
using runtime::Result;
using runtime::Task;
using tests::run_task;

class UnboundResolverTest : public testing::Test {
 protected:
  std::unique_ptr<Resolver> forwarding_to(std::uint16_t port, std::string trust_anchors = {}) {
    UnboundSettings settings;
    settings.forward_to = {"127.0.0.1@" + std::to_string(port)};
    settings.trust_anchor_file = std::move(trust_anchors);
    auto made = unbound_resolver(io_.get_executor(), settings);
    EXPECT_TRUE(made) << made.error();
    return std::move(*made);
  }

  // Takes questions and never answers.
  udp::socket mute_server() {
    return udp::socket(io_, udp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
  }

  Instant in(runtime::Duration time) const { return clock_.now() + time; }

  runtime::AsioClock clock_;
  boost::asio::io_context io_;
};

TEST_F(UnboundResolverTest, RefusesServersThatDoNotParse) {
  for (const char* server : {"127.0.0.1:53", "dns.example", "", "192.0.2.256"}) {
    const auto made = unbound_resolver(io_.get_executor(), {{server}, {}});
    ASSERT_FALSE(made) << server;
    EXPECT_EQ(made.error(), make_error_code(Errc::invalid)) << server;
  }
}

TEST_F(UnboundResolverTest, RefusesTrustAnchorsThatAreMissing) {
  EXPECT_FALSE(unbound_resolver(io_.get_executor(), {{}, "/nonexistent/root.key"}));
}

TEST_F(UnboundResolverTest, KnowsThisHostWithoutAnyServer) {
  const auto made = unbound_resolver(io_.get_executor(), {});
  ASSERT_TRUE(made) << made.error();
  const auto answer = run_task(io_, (*made)->a("localhost", in(5s)));
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(answer->records, std::vector<IpAddress>{boost::asio::ip::address_v4::loopback()});
}

// After some 17 seconds libunbound itself says SERVFAIL; a caller rarely has them.
TEST_F(UnboundResolverTest, FailsByTheDeadlineWhereTheServerIsDead) {
  udp::socket gone = mute_server();
  const std::uint16_t port = gone.local_endpoint().port();
  gone.close();
  const auto resolver = forwarding_to(port);
  const Instant begin = clock_.now();
  const auto answer = run_task(io_, resolver->mx("example.test", in(500ms)));
  ASSERT_FALSE(answer);
  EXPECT_TRUE(answer.error() == make_error_code(Errc::timeout) ||
              answer.error() == make_error_code(Errc::temporary))
      << answer.error();
  EXPECT_LT(clock_.now(), begin + 10s);
}

// An answer without a signature under a trust anchor is forged or stripped (RFC 4035 5.5).
TEST_F(UnboundResolverTest, SaysTryLaterWhereTheAnswerIsBogus) {
  if (tests::lacks(tests::NsdServer::installed(), "nsd"))
    GTEST_SKIP() << "/usr/sbin/nsd is missing";
  const std::vector<tests::Zone> zones{{"signed.test", "www.signed.test. A 192.0.2.1\n"}};
  const tests::NsdServer nsd(zones);
  const std::string anchors = testing::TempDir() + "waybill_trust_anchors";
  std::ofstream(anchors) << "signed.test. DS 12345 13 2 " << std::string(64, 'A') << "\n";
  const auto trusting = forwarding_to(nsd.port());
  EXPECT_TRUE(run_task(io_, trusting->a("www.signed.test", in(20s))));
  const auto validating = forwarding_to(nsd.port(), anchors);
  const auto answer = run_task(io_, validating->a("www.signed.test", in(20s)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), make_error_code(Errc::temporary));
  std::remove(anchors.c_str());
}

TEST_F(UnboundResolverTest, SaysWhatIsSecureAndOnlyOfWhatIsSigned) {
  if (tests::lacks(tests::NsdServer::installed(), "nsd"))
    GTEST_SKIP() << "/usr/sbin/nsd is missing";
  if (tests::lacks(tests::NsdServer::can_sign(), "ldns-signzone")) {
    GTEST_SKIP() << "/usr/bin/ldns-signzone is missing";
  }
  const std::string signed_zone = R"(
www.signed.test. A 192.0.2.1
alias.signed.test. CNAME www.signed.test.
out.signed.test. CNAME www.plain.test.
_25._tcp.www.signed.test. TLSA 3 1 1 )" +
                                  std::string(64, 'a');
  const std::vector<tests::Zone> zones{{"signed.test", signed_zone, true},
                                       {"plain.test", "www.plain.test. A 192.0.2.2\n"}};
  const tests::NsdServer nsd(zones);
  const auto resolver = forwarding_to(nsd.port(), nsd.trust_anchor("signed.test"));
  const auto is_secure = [&](const char* name) {
    const auto answer = run_task(io_, resolver->a(name, in(20s)));
    EXPECT_TRUE(answer) << name << answer.error();
    return answer && answer->secure;
  };
  EXPECT_TRUE(is_secure("www.signed.test"));
  EXPECT_TRUE(is_secure("alias.signed.test"));
  EXPECT_TRUE(is_secure("nothing.signed.test")) << "NXDOMAIN";
  EXPECT_TRUE(is_secure("signed.test")) << "NODATA";
  EXPECT_FALSE(is_secure("out.signed.test")) << "its end is not";
  EXPECT_FALSE(is_secure("www.plain.test"));
  const auto tlsa = run_task(io_, resolver->tlsa("_25._tcp.www.signed.test", in(20s)));
  ASSERT_TRUE(tlsa) << tlsa.error();
  EXPECT_TRUE(tlsa->secure);
  ASSERT_EQ(tlsa->records.size(), 1u);
  EXPECT_EQ(tlsa->records[0].usage, 3);
  EXPECT_EQ(tlsa->records[0].data.size(), 32u);
  const auto trusting = forwarding_to(nsd.port());
  EXPECT_FALSE(run_task(io_, trusting->a("www.signed.test", in(20s)))->secure) << "without anchor";
}

TEST_F(UnboundResolverTest, AsksForPrivateNamesLikeForAnyOther) {
  if (tests::lacks(tests::NsdServer::installed(), "nsd"))
    GTEST_SKIP() << "/usr/sbin/nsd is missing";
  const tests::NsdServer nsd({{"home.arpa", "mail.home.arpa. A 192.0.2.1\n"},
                              {"10.in-addr.arpa", "1.0.0.10.in-addr.arpa. TXT \"here\"\n"},
                              {"2.0.192.in-addr.arpa", "1.2.0.192.in-addr.arpa. TXT \"too\"\n"}});
  const auto resolver = forwarding_to(nsd.port());
  const auto home = run_task(io_, resolver->a("mail.home.arpa", in(20s)));
  ASSERT_TRUE(home) << home.error();
  EXPECT_EQ(home->records.size(), 1u);
  for (const char* name : {"1.0.0.10.in-addr.arpa", "1.2.0.192.in-addr.arpa"}) {
    const auto text = run_task(io_, resolver->txt(name, in(20s)));
    ASSERT_TRUE(text) << name << text.error();
    EXPECT_EQ(text->records.size(), 1u) << name;
  }
}

TEST_F(UnboundResolverTest, LeavesOutMalformedRecordsAndFailsWhereAllAreMalformed) {
  if (tests::lacks(tests::NsdServer::installed(), "nsd"))
    GTEST_SKIP() << "/usr/sbin/nsd is missing";
  const std::vector<tests::Zone> zones{{"odd.test", R"(
some.odd.test. MX 10 a\032b.odd.test.
some.odd.test. MX 20 mx.odd.test.
all.odd.test.  MX 10 a\032b.odd.test.
)"}};
  const tests::NsdServer nsd(zones);
  const auto resolver = forwarding_to(nsd.port());
  const auto some = run_task(io_, resolver->mx("some.odd.test", in(20s)));
  ASSERT_TRUE(some) << some.error();
  EXPECT_EQ(some->records, (std::vector<Mx>{{20, "mx.odd.test"}}));
  const auto all = run_task(io_, resolver->mx("all.odd.test", in(20s)));
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error(), make_error_code(Errc::corrupt));
}

TEST_F(UnboundResolverTest, AnswersFromItsCacheWhenTheServerIsGone) {
  if (tests::lacks(tests::NsdServer::installed(), "nsd"))
    GTEST_SKIP() << "/usr/sbin/nsd is missing";
  auto nsd = std::make_unique<tests::NsdServer>(
      std::vector<tests::Zone>{{"cached.test", "www.cached.test. A 192.0.2.1\n"}});
  const auto resolver = forwarding_to(nsd->port());
  ASSERT_TRUE(run_task(io_, resolver->a("www.cached.test", in(20s))));
  nsd.reset();
  EXPECT_TRUE(run_task(io_, resolver->a("www.cached.test", in(20s))));
  EXPECT_FALSE(run_task(io_, resolver->a("other.cached.test", in(500ms))));
}

Task<void> ask(Resolver& resolver, std::string name, Instant deadline, Errc expected, int& met) {
  const auto answer = co_await resolver.a(name, deadline);
  if (!answer && answer.error() == make_error_code(expected)) ++met;
}

constexpr int kQuestions = 200;

TEST_F(UnboundResolverTest, EndsOpenQuestionsWhenItEnds) {
  const udp::socket mute = mute_server();
  auto resolver = forwarding_to(mute.local_endpoint().port());
  runtime::Scope scope(io_.get_executor());
  int closed = 0;
  for (int i = 0; i < kQuestions; ++i) {
    const std::string name = "n" + std::to_string(i) + ".test";
    scope.spawn("question", ask(*resolver, name, in(60s), Errc::closed, closed));
  }
  io_.poll();
  resolver.reset();
  run_task(io_, scope.join());
  EXPECT_EQ(closed, kQuestions);
}

// The server's answers come while questions are given up one by one: late ones must find nothing to
// write to.
TEST_F(UnboundResolverTest, OutlivesAnswersThatComeAfterTheDeadline) {
  udp::socket slow = mute_server();
  const auto resolver = forwarding_to(slow.local_endpoint().port());
  runtime::Scope scope(io_.get_executor());
  int ended = 0;
  for (int i = 0; i < kQuestions; ++i) {
    const std::string name = "n" + std::to_string(i) + ".test";
    scope.spawn("question", ask(*resolver, name, in(i * 1ms), Errc::timeout, ended));
  }
  slow.non_blocking(true);
  while (scope.running() > 0) {
    io_.run_one_for(1ms);
    // Each question, sent back as the refusal of itself (RFC 1035 4.1.1: QR, RCODE 5).
    char message[512];
    udp::endpoint from;
    boost::system::error_code error;
    const std::size_t size = slow.receive_from(boost::asio::buffer(message), from, 0, error);
    if (error || size < 12) continue;
    message[2] = static_cast<char>(message[2] | 0x80);
    message[3] = 5;
    std::this_thread::sleep_for(1ms);
    slow.send_to(boost::asio::buffer(message, size), from, 0, error);
  }
  // Answers still on their way come now.
  io_.run_for(100ms);
  EXPECT_GT(ended, 0);
}

}  // namespace
}  // namespace waybill::runtime::dns

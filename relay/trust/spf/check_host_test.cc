// What the published suites (tests/vectors/spf_cases_test.cc) leave open: limits of ours,
// deadlines, what the result says.
#include "relay/trust/spf/check_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "runtime/clock.h"
#include "tests/support/run_virtual.h"
#include "tests/support/zone_resolver.h"

namespace waybill::relay::trust::spf {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CheckHostTest : public testing::Test {
 protected:
  static SpfRequest from(std::string sender, const char* client = "192.0.2.1") {
    SpfRequest out;
    out.client = boost::asio::ip::make_address(client);
    out.helo = "helo.test";
    out.sender = std::move(sender);
    out.receiver = "relay.test";
    return out;
  }

  void record(const std::string& domain, const std::string& text) {
    resolver_.add_text(domain, text);
  }

  SpfResult judge(const SpfRequest& request, runtime::Duration patience = 20s) {
    return tests::run_virtual(io_, clock_, check_host(resolver_, request, clock_.now() + patience));
  }

  boost::asio::io_context io_;
  tests::VirtualClock clock_;
  tests::ZoneResolver resolver_{clock_};
};

TEST_F(CheckHostTest, SaysWhoWasJudgedAndByWhat) {
  record("example.test", "v=spf1 a:other.test ~ip4:192.0.2.0/24 -all");
  resolver_.add("other.test. A 198.51.100.1\n");
  const SpfResult result = judge(from("Alice@Example.Test"));
  EXPECT_EQ(result.code, SpfCode::softfail);
  EXPECT_EQ(result.identity, SpfIdentity::mail_from);
  EXPECT_EQ(result.domain, "example.test");
  EXPECT_EQ(result.mechanism, "~ip4:192.0.2.0/24");
  EXPECT_THAT(result.reason, HasSubstr("~ip4:192.0.2.0/24"));
}

// RFC 7208 2.4
TEST_F(CheckHostTest, JudgesHeloWhereTheSenderIsNull) {
  record("helo.test", "v=spf1 exists:%{l}.%{o}.check.test -all");
  resolver_.add("postmaster.helo.test.check.test. A 127.0.0.2\n");
  const SpfResult result = judge(from(""));
  EXPECT_EQ(result.code, SpfCode::pass);
  EXPECT_EQ(result.identity, SpfIdentity::helo);
  EXPECT_EQ(result.domain, "helo.test");
}

TEST_F(CheckHostTest, AsksNothingForWhatIsNoDomain) {
  for (const char* sender : {"a@[192.0.2.1]", "a@host", "a@", "a@x..test", "a@b\xc3\xbc.test"}) {
    const SpfResult result = judge(from(sender));
    EXPECT_EQ(result.code, SpfCode::none) << sender;
    EXPECT_FALSE(result.reason.empty());
  }
  EXPECT_THAT(resolver_.asked(), IsEmpty());
}

TEST_F(CheckHostTest, TakesAMappedClientForIpv4) {
  record("example.test", "v=spf1 ip6:::/0 ip4:192.0.2.1 -all");
  EXPECT_EQ(judge(from("a@example.test", "::ffff:192.0.2.1")).mechanism, "ip4:192.0.2.1");
}

// RFC 7208 4.6.4: a term is void by its own question, not by those for its exchanges.
TEST_F(CheckHostTest, DoesNotCountExchangesOfOneAddressFamilyAsVoid) {
  record("example.test", "v=spf1 mx ip6:2001:db8::1 -all");
  for (const char* host : {"mx1", "mx2", "mx3", "mx4"}) {
    const std::string name = std::string(host) + ".test.";
    resolver_.add("example.test. MX 10 " + name + "\n" + name + " A 192.0.2.9\n");
  }
  EXPECT_EQ(judge(from("a@example.test", "2001:db8::1")).code, SpfCode::pass);
}

TEST_F(CheckHostTest, AllowsTwoVoidTermsAndNoMore) {
  record("two.test", "v=spf1 a:x1.test exists:x2.test +all");
  record("three.test", "v=spf1 a:x1.test exists:x2.test mx:x3.test +all");
  EXPECT_EQ(judge(from("a@two.test")).code, SpfCode::pass);
  const SpfResult result = judge(from("a@three.test"));
  EXPECT_EQ(result.code, SpfCode::permerror);
  EXPECT_THAT(result.reason, HasSubstr("2 terms"));
}

TEST_F(CheckHostTest, EndsARecordThatIncludesItself) {
  record("loop.test", "v=spf1 include:loop.test -all");
  EXPECT_EQ(judge(from("a@loop.test")).code, SpfCode::permerror);
  EXPECT_EQ(resolver_.asked().size(), 11u);
  record("round.test", "v=spf1 redirect=round.test");
  EXPECT_EQ(judge(from("a@round.test")).code, SpfCode::permerror);
}

TEST_F(CheckHostTest, CountsAnAddressesNamesOnce) {
  record("example.test", "v=spf1 ptr:a.test exists:%{p}.b.test ptr:c.test -all");
  resolver_.add("1.2.0.192.in-addr.arpa. PTR host.example.test.\nhost.example.test. A 192.0.2.1\n");
  EXPECT_EQ(judge(from("a@example.test")).code, SpfCode::fail);
  EXPECT_THAT(resolver_.asked(), ElementsAre("txt example.test", "ptr 1.2.0.192.in-addr.arpa",
                                             "a host.example.test", "a host.example.test.b.test"));
}

TEST_F(CheckHostTest, SaysTryLaterAtTheDeadline) {
  record("example.test", "v=spf1 a:slow.test a:silent.test -all");
  resolver_.add("slow.test. A 198.51.100.1\n");
  resolver_.delay("slow.test", 3s);
  resolver_.silence("silent.test");
  const auto begin = clock_.now();
  const SpfResult result = judge(from("a@example.test"), 5s);
  EXPECT_EQ(result.code, SpfCode::temperror);
  EXPECT_THAT(result.reason, HasSubstr("silent.test"));
  EXPECT_EQ(clock_.now(), begin + 5s);
}

TEST_F(CheckHostTest, KeepsItsVerdictWhereTheExplanationDoesNotCome) {
  record("example.test", "v=spf1 -all exp=why.test");
  resolver_.silence("why.test");
  const SpfResult result = judge(from("a@example.test"), 5s);
  EXPECT_EQ(result.code, SpfCode::fail);
  EXPECT_EQ(result.explanation, "");
}

TEST_F(CheckHostTest, CleansAndCutsAnExplanation) {
  record("example.test", "v=spf1 -all exp=why.test");
  record("why.test", "helo %{h}");
  SpfRequest request = from("a@example.test");
  request.helo = "x\r\n250 ok";
  EXPECT_EQ(judge(request).explanation, "helo x??250 ok");
  request.helo = std::string(1000, 'x');
  EXPECT_EQ(judge(request).explanation.size(), kMaxExplanation);
}

TEST_F(CheckHostTest, ExplainsNothingButAFail) {
  record("example.test", "v=spf1 ~all exp=why.test");
  record("why.test", "because");
  EXPECT_EQ(judge(from("a@example.test")).explanation, "");
}

// RFC 7208 6.2: the explanation of an included record is its owner's matter.
TEST_F(CheckHostTest, TakesTheExplanationOfTheRecordThatDecided) {
  record("example.test", "v=spf1 include:inner.test redirect=outer.test exp=why.example.test");
  record("inner.test", "v=spf1 -all exp=why.inner.test");
  record("outer.test", "v=spf1 -all exp=why.%{d}");
  record("why.outer.test", "%{d} of %{o}");
  EXPECT_EQ(judge(from("a@example.test")).explanation, "outer.test of example.test");
}

// RFC 7208 7.3
TEST_F(CheckHostTest, DropsLabelsFromTheLeftOfANameThatIsTooLong) {
  record("example.test", "v=spf1 exists:%{l}.check.test -all");
  std::string local;
  for (int i = 0; i < 60; ++i) local += "label.";
  const SpfResult result = judge(from(local + "end@example.test"));
  EXPECT_EQ(result.code, SpfCode::fail);
  const std::string asked = resolver_.asked().back();
  EXPECT_LE(asked.size(), 2 + 253u);
  EXPECT_THAT(asked, HasSubstr("label.end.check.test"));
}

}  // namespace
}  // namespace waybill::relay::trust::spf

#include "relay/forward/tls_outcome.h"

#include <gtest/gtest.h>

namespace waybill::relay::forward {
namespace {

using runtime::Tlsa;
using runtime::TlsFacts;
using runtime::TlsFault;
using sts::Lack;
using sts::Mode;
using tlsrpt::PolicyType;
using tlsrpt::ResultType;

const Tlsa kUsable{3, 1, 1, std::string(32, '\xab')};
const Tlsa kUnusable{1, 1, 1, std::string(32, '\xab')};

dns::Candidate host(std::vector<Tlsa> records = {}, std::string failure = "") {
  dns::Candidate out;
  out.mx_host = "mx.y.test";
  out.endpoint = {boost::asio::ip::make_address("192.0.2.9"), 25};
  if (!records.empty()) out.dane = runtime::Dane{{"base.y.test", "mx.y.test"}, std::move(records)};
  out.tlsa_failure = std::move(failure);
  return out;
}

sts::Policy policy(Mode mode, const char* mx = "*.y.test") {
  return {mode, {mx}, std::chrono::seconds(86400)};
}

sts::Policy lacking(Lack lack) {
  sts::Policy out;
  out.lack = lack;
  return out;
}

TlsSeen verified() { return {TlsFacts{"TLSv1.3", "C", "mx.y.test", "pkix"}, {}, "", "192.0.2.1"}; }

TlsSeen with(TlsFault fault) {
  return {TlsFacts{"TLSv1.3", "C", "", "", fault, "words"}, {}, "", "192.0.2.1"};
}

TlsSeen failed(ResultType result) { return {{}, result, "why", "192.0.2.1"}; }

// "sts y.test ok", "tlsa base.y.test tlsa-invalid (why)"; "nothing".
std::string words(const std::optional<tlsrpt::Session>& session) {
  if (!session) return "nothing";
  std::string out(word_of(session->policy.type));
  out += " " + session->policy.domain + " ";
  if (!session->failure) return out + "ok";
  out += word_of(session->failure->type);
  return session->failure->reason.empty() ? out : out + " (" + session->failure->reason + ")";
}

std::string seen(TlsLevel level, const dns::Candidate& at, const sts::Policy& by,
                 const TlsSeen& what) {
  return words(session_of(level, "y.test", at, by, what));
}

constexpr auto kOpportunistic = TlsLevel::opportunistic;

TEST(TlsOutcomeTest, WithoutAPolicyAnyTlsIsASuccess) {
  const sts::Policy none;
  EXPECT_EQ(seen(kOpportunistic, host(), none, verified()), "no-policy-found y.test ok");
  EXPECT_EQ(seen(kOpportunistic, host(), none, with(TlsFault::not_trusted)),
            "no-policy-found y.test ok");
  EXPECT_EQ(seen(kOpportunistic, host(), none, failed(ResultType::starttls_not_supported)),
            "no-policy-found y.test starttls-not-supported (why)");
  EXPECT_EQ(seen(kOpportunistic, host(), policy(Mode::none), verified()),
            "no-policy-found y.test ok");
  EXPECT_EQ(seen(TlsLevel::verified, host(), none, failed(ResultType::certificate_expired)),
            "no-policy-found y.test certificate-expired (why)");
  EXPECT_EQ(seen(kOpportunistic, host(), none, {{}, {}, "", ""}), "nothing")
      << "it ended before anybody spoke of TLS";
}

// RFC 8460 4.3.1
TEST(TlsOutcomeTest, APolicyInTestingFailsWhereEnforceWould) {
  const struct {
    TlsFault fault;
    const char* words;
  } cases[] = {
      {TlsFault::wrong_host, "sts y.test certificate-host-mismatch (words)"},
      {TlsFault::expired, "sts y.test certificate-expired (words)"},
      {TlsFault::not_trusted, "sts y.test certificate-not-trusted (words)"},
      {TlsFault::other, "sts y.test validation-failure (words)"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(seen(kOpportunistic, host(), policy(Mode::testing), with(c.fault)), c.words);
  }
  EXPECT_EQ(seen(kOpportunistic, host(), policy(Mode::testing), verified()), "sts y.test ok");
  EXPECT_EQ(seen(kOpportunistic, host(), policy(Mode::testing, "other.test"), verified()),
            "sts y.test validation-failure (the policy does not name this MX host)");
  EXPECT_EQ(seen(kOpportunistic, host(), policy(Mode::testing),
                 failed(ResultType::starttls_not_supported)),
            "sts y.test starttls-not-supported (why)");
}

// RFC 8460 4.3.2.2
TEST(TlsOutcomeTest, APolicyThatNobodyCouldGetIsAFailure) {
  const auto lack = [](Lack what) {
    return seen(kOpportunistic, host(), lacking(what), verified());
  };
  EXPECT_EQ(lack(Lack::fetch_error), "sts y.test sts-policy-fetch-error");
  EXPECT_EQ(lack(Lack::invalid), "sts y.test sts-policy-invalid");
  EXPECT_EQ(lack(Lack::untrusted), "sts y.test sts-webpki-invalid");
}

// RFC 8461 2: DANE is above MTA-STS.
TEST(TlsOutcomeTest, TlsaRecordsAreAboveThePolicyOfTheDomain) {
  const sts::Policy sts = policy(Mode::testing);
  EXPECT_EQ(seen(kOpportunistic, host({kUsable}), sts, verified()), "tlsa base.y.test ok");
  EXPECT_EQ(seen(kOpportunistic, host({kUsable}), sts, failed(ResultType::certificate_not_trusted)),
            "tlsa base.y.test certificate-not-trusted (why)");
  EXPECT_EQ(seen(kOpportunistic, host({kUnusable}), sts, verified()),
            "tlsa base.y.test tlsa-invalid (no record can be used; encrypted without them)");
  EXPECT_EQ(seen(TlsLevel::verified, host({kUsable}), sts, verified()), "sts y.test ok")
      << "whose operator does not ask for them";
}

TEST(TlsOutcomeTest, AHostThatIsNotUsedIsAFailure) {
  const auto at = [](TlsLevel level, const dns::Candidate& one, const sts::Policy& by) {
    return words(unused(level, "y.test", one, by));
  };
  const sts::Policy none;
  EXPECT_EQ(at(kOpportunistic, host({}, "SERVFAIL"), none), "tlsa mx.y.test dnssec-invalid");
  EXPECT_EQ(at(TlsLevel::dane, host(), none), "tlsa mx.y.test dane-required");
  EXPECT_EQ(at(TlsLevel::dane, host({kUnusable}), none), "tlsa base.y.test tlsa-invalid");
  EXPECT_EQ(at(kOpportunistic, host(), policy(Mode::enforce, "other.test")),
            "sts y.test validation-failure (the policy does not name this MX host)");
}

// RFC 8460 4.4, 4.5
TEST(TlsOutcomeTest, SaysWhichPolicyAndWho) {
  auto session = session_of(kOpportunistic, "y.test", host(), policy(Mode::testing),
                            failed(ResultType::certificate_expired));
  ASSERT_TRUE(session && session->failure);
  EXPECT_EQ(session->policy.lines, (std::vector<std::string>{"version: STSv1", "mode: testing",
                                                             "mx: *.y.test", "max_age: 86400"}));
  EXPECT_EQ(session->policy.mx, std::vector<std::string>{"*.y.test"});
  EXPECT_EQ(*session->failure, (tlsrpt::Failure{ResultType::certificate_expired, "192.0.2.1",
                                                "mx.y.test", "192.0.2.9", "why"}));
  session = session_of(kOpportunistic, "y.test", host({kUsable}), {}, verified());
  std::string digest;
  for (int i = 0; i < 32; ++i) digest += "ab";
  EXPECT_EQ(session->policy.lines, std::vector<std::string>{"3 1 1 " + digest});
}

}  // namespace
}  // namespace waybill::relay::forward

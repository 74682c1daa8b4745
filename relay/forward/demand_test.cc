#include "relay/forward/demand.h"

#include <gtest/gtest.h>

namespace waybill::relay::forward {
namespace {

using runtime::Tlsa;

const Tlsa kUsable{3, 1, 1, std::string(32, 'x')};
const Tlsa kUnusable{1, 1, 1, std::string(32, 'x')};

dns::Candidate host(std::vector<Tlsa> records, std::string failure = "") {
  dns::Candidate out;
  out.mx_host = "mx.test";
  if (!records.empty()) out.dane = runtime::Dane{{"mx.test"}, std::move(records)};
  out.tlsa_failure = std::move(failure);
  return out;
}

// RFC 8689 4.2.1
TEST(DemandTest, WithRequireTlsTheHostIsVerifiedAndItsNameVouchedFor) {
  sts::Policy policy;
  policy.mode = sts::Mode::testing;
  policy.mx = {"mx.test"};
  sts::Policy of_another = policy;
  of_another.mx = {"another.test"};
  sts::Policy taken_back = policy;
  taken_back.mode = sts::Mode::none;
  const sts::Policy none;
  dns::Candidate unsure = host({});
  dns::Candidate sure = host({});
  sure.surely_named = true;
  const struct {
    const char* what;
    const dns::Candidate& at;
    const sts::Policy& by;
    bool goes;
  } cases[] = {
      {"signed", sure, none, true},
      {"named by a policy", unsure, policy, true},
      {"named by nobody", unsure, none, false},
      {"a policy of other hosts", unsure, of_another, false},
      {"a policy that was taken back", unsure, taken_back, false},
  };
  for (const auto& c : cases) {
    const Demand demand = with_require_tls(demand_of(TlsLevel::required, c.at, c.by), c.at, c.by);
    EXPECT_EQ(demand.never_why.empty(), c.goes) << c.what;
    EXPECT_EQ(demand.never_changes, !c.goes) << c.what;
    EXPECT_EQ(demand.level, c.goes ? TlsLevel::verified : TlsLevel::required) << c.what;
  }
  const dns::Candidate by_dane = host({kUsable});
  EXPECT_EQ(with_require_tls(demand_of(TlsLevel::required, by_dane), by_dane, {}).level,
            TlsLevel::dane);
  const dns::Candidate unknown = host({}, "SERVFAIL");
  const Demand later = with_require_tls(demand_of(TlsLevel::required, unknown), unknown, {});
  EXPECT_EQ(later.never_why, "SERVFAIL");
  EXPECT_FALSE(later.never_changes) << "it may be known tomorrow";
}

// RFC 7672 2.2
TEST(DemandTest, IsWhatTheOperatorAsksForAndWhatDnsSaysOfTheHost) {
  constexpr auto kNone = TlsLevel::none;
  constexpr auto kOpportunistic = TlsLevel::opportunistic;
  constexpr auto kRequired = TlsLevel::required;
  constexpr auto kVerified = TlsLevel::verified;
  constexpr auto kDane = TlsLevel::dane;
  const std::string no_records = "it has no TLSA records that DNSSEC vouches for";
  const struct {
    TlsLevel asked;
    std::vector<Tlsa> records;
    std::string failure;
    TlsLevel level;
    std::string never_why;
  } cases[] = {
      {kNone, {}, "", kNone, ""},
      {kNone, {kUsable}, "", kNone, ""},
      {kOpportunistic, {}, "", kOpportunistic, ""},
      {kOpportunistic, {kUsable}, "", kDane, ""},
      {kOpportunistic, {kUnusable, kUsable}, "", kDane, ""},
      {kOpportunistic, {kUnusable}, "", kRequired, ""},
      {kOpportunistic, {}, "bogus", kOpportunistic, "bogus"},
      {kRequired, {}, "", kRequired, ""},
      {kRequired, {kUsable}, "", kDane, ""},
      {kRequired, {kUnusable}, "", kRequired, ""},
      {kRequired, {}, "bogus", kRequired, "bogus"},
      {kVerified, {}, "", kVerified, ""},
      {kVerified, {kUsable}, "", kVerified, ""},
      {kVerified, {}, "bogus", kVerified, ""},
      {kDane, {kUsable}, "", kDane, ""},
      {kDane, {}, "", kDane, no_records},
      {kDane, {kUnusable}, "", kDane, "no TLSA record of it can be used"},
      {kDane, {}, "bogus", kDane, "bogus"},
  };
  for (const auto& c : cases) {
    const dns::Candidate of = host(c.records, c.failure);
    const Demand demand = demand_of(c.asked, of);
    const std::string which =
        std::string(word_of(c.asked)) + " " + std::to_string(c.records.size()) + " " + c.failure;
    EXPECT_EQ(demand.never_why, c.never_why) << which;
    EXPECT_EQ(demand.level, c.level) << which;
    const bool by_dane = c.level == kDane && c.never_why.empty();
    EXPECT_EQ(demand.dane, by_dane ? *of.dane : runtime::Dane()) << which;
  }
}

sts::Policy policy(sts::Mode mode, std::string mx = "mx.test") {
  return {mode, {std::move(mx)}, std::chrono::hours(24)};
}

// RFC 8461 2, 5
TEST(DemandTest, APolicyInForceAsksForHostsThatItNamesAndForTheirCertificates) {
  constexpr auto kOpportunistic = TlsLevel::opportunistic;
  const std::string not_named = "its domain's policy (MTA-STS) does not name it";
  const struct {
    TlsLevel asked;
    sts::Policy policy;
    std::vector<Tlsa> records;
    TlsLevel level;
    std::string never_why;
  } cases[] = {
      {kOpportunistic, policy(sts::Mode::enforce), {}, TlsLevel::verified, ""},
      {TlsLevel::required, policy(sts::Mode::enforce), {}, TlsLevel::verified, ""},
      {TlsLevel::verified, policy(sts::Mode::enforce), {}, TlsLevel::verified, ""},
      {TlsLevel::none, policy(sts::Mode::enforce), {}, TlsLevel::none, ""},
      {kOpportunistic, policy(sts::Mode::testing), {}, kOpportunistic, ""},
      {kOpportunistic, policy(sts::Mode::none), {}, kOpportunistic, ""},
      {kOpportunistic, policy(sts::Mode::enforce, "b.test"), {}, kOpportunistic, not_named},
      {TlsLevel::verified,
       policy(sts::Mode::enforce, "b.test"),
       {kUsable},
       TlsLevel::verified,
       not_named},
      {kOpportunistic, policy(sts::Mode::enforce, "b.test"), {kUsable}, TlsLevel::dane, ""},
      {kOpportunistic, policy(sts::Mode::enforce), {kUnusable}, TlsLevel::required, ""},
      {kOpportunistic, policy(sts::Mode::testing, "b.test"), {}, kOpportunistic, ""},
  };
  for (const auto& c : cases) {
    const Demand demand = demand_of(c.asked, host(c.records), c.policy);
    const std::string which = std::string(word_of(c.asked)) + " " +
                              std::string(sts::word_of(c.policy.mode)) + " " + c.policy.mx[0];
    EXPECT_EQ(demand.level, c.level) << which;
    EXPECT_EQ(demand.never_why, c.never_why) << which;
  }
  EXPECT_EQ(demand_of(kOpportunistic, host({}, "bogus"), policy(sts::Mode::enforce)).never_why,
            "bogus");
}

TEST(DemandTest, APolicyInTestingTellsWhatItWouldHaveKeptFromGoing) {
  const runtime::TlsFacts pkix{"TLSv1.3", "x", "mx.test", "pkix"};
  const runtime::TlsFacts anybody{"TLSv1.3", "x", "", ""};
  const auto testing = policy(sts::Mode::testing);
  constexpr auto kLevel = TlsLevel::opportunistic;
  EXPECT_EQ(missed_by(kLevel, host({}), testing, pkix), "");
  EXPECT_NE(missed_by(kLevel, host({}), testing, anybody), "");
  EXPECT_NE(missed_by(kLevel, host({}), testing, {}), "");
  EXPECT_NE(missed_by(kLevel, host({}), policy(sts::Mode::testing, "b.test"), pkix), "");
  EXPECT_EQ(missed_by(kLevel, host({kUsable}), testing, {}), "") << "DANE is above it";
  EXPECT_EQ(missed_by(kLevel, host({}), policy(sts::Mode::enforce), {}), "");
  EXPECT_EQ(missed_by(kLevel, host({}), policy(sts::Mode::none), {}), "");
  EXPECT_EQ(missed_by(TlsLevel::none, host({}), testing, {}), "");
}

}  // namespace
}  // namespace waybill::relay::forward

#include "tools/doctor/outbound.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/findings_of.h"
#include "tests/support/run_virtual.h"
#include "tests/support/scripted_hops.h"
#include "tests/support/sim_net.h"
#include "tests/support/zone_resolver.h"

namespace waybill::tools::doctor {
namespace {

using namespace std::chrono_literals;
using runtime::Errc;
using testing::ElementsAre;
using testing::StartsWith;
using tests::HopScript;

class DoctorOutboundTest : public testing::Test {
 protected:
  std::vector<std::string> lines() {
    OutboundFacts facts;
    facts.domain = "big.test";
    tests::run_virtual(io_, clock_,
                       look_outbound({resolver_, chance_, hops_, sources_, 25, smarthost_}, facts,
                                     clock_.now() + 10s));
    return tests::lines_of(judge_outbound(facts));
  }

  boost::asio::io_context io_;
  tests::VirtualClock clock_;
  tests::SeededChance chance_{1};
  tests::ZoneResolver resolver_{clock_};
  tests::ScriptedHops hops_{clock_};
  relay::forward::Sources sources_;
  relay::forward::Smarthost smarthost_;
};

constexpr char kBoth[] =
    "big.test. MX 10 mx.big.test.\nmx.big.test. A 192.0.2.1\nmx.big.test. AAAA 2001:db8::1\n";
constexpr char kV4[] = "192.0.2.1:25";
constexpr char kV6[] = "[2001:db8::1]:25";

TEST_F(DoctorOutboundTest, AServerOfEachFamilyThatGreetsIsFine) {
  resolver_.add(kBoth);
  resolver_.add("big.test. MX 20 more.big.test.\nmore.big.test. A 192.0.2.9\n");
  sources_.by_default.v4 = runtime::ip_of("192.0.2.10");
  hops_.listen(kV4, {HopScript()});
  hops_.listen(kV6, {HopScript()});
  EXPECT_THAT(lines(),
              ElementsAre("fine mx.big.test at [2001:db8::1]:25: greets this host",
                          "fine mx.big.test at 192.0.2.1:25: greets this host, from 192.0.2.10"));
  EXPECT_THAT(hops_.take_heard(),
              testing::IsSupersetOf({"dial 192.0.2.1:25 from 192.0.2.10", "QUIT"}));
}

TEST_F(DoctorOutboundTest, WhereNoneIsReachedMailCannotLeave) {
  resolver_.add(kBoth);
  hops_.fail_dial(kV4, Errc::timeout);
  hops_.fail_dial(kV6, Errc::unreachable);
  EXPECT_THAT(lines(),
              ElementsAre(StartsWith("wrong mx.big.test at [2001:db8::1]:25: cannot be reached: "),
                          "wrong mx.big.test at 192.0.2.1:25: cannot be reached: deadline passed; "
                          "mail to next hops gets 451"));
}

TEST_F(DoctorOutboundTest, OneFamilyThatIsShutIsAWarning) {
  resolver_.add(kBoth);
  hops_.listen(kV4, {HopScript()});
  hops_.fail_dial(kV6, Errc::unreachable);
  EXPECT_THAT(lines(), ElementsAre(StartsWith("warning mx.big.test at [2001:db8::1]:25: cannot be"),
                                   StartsWith("fine mx.big.test at 192.0.2.1:25")));
}

TEST_F(DoctorOutboundTest, AServerThatTurnsUsAwayIsQuoted) {
  resolver_.add("big.test. A 192.0.2.1\n");
  hops_.listen(kV4, {{{"connect", "554 5.7.1 you are on a list"}}});
  EXPECT_THAT(lines(), ElementsAre("warning big.test at 192.0.2.1:25: turns this host away: 554 "
                                   "5.7.1 you are on a list"));
}

TEST_F(DoctorOutboundTest, ASmarthostIsAskedInPlaceOfTheDomainsServers) {
  resolver_.add(kBoth);
  resolver_.add("smart.test. A 192.0.2.8\n");
  smarthost_.host = "smart.test";
  hops_.listen("192.0.2.8:587", {HopScript()});
  EXPECT_THAT(lines(), ElementsAre("fine smart.test at 192.0.2.8:587: greets this host"));
  hops_.fail_dial("192.0.2.8:587", Errc::timeout);
  EXPECT_THAT(lines(), ElementsAre(StartsWith("wrong smart.test at 192.0.2.8:587: cannot be")));
  // Nothing that is said in clear comes from that port.
  smarthost_.port = relay::forward::kSubmissionsPort;
  hops_.listen("192.0.2.8:465", {{{"connect", tests::kSilence}}});
  EXPECT_THAT(lines(), ElementsAre("fine smart.test at 192.0.2.8:465: greets this host"));
  smarthost_.except = {"big.test"};
  hops_.listen(kV4, {HopScript()});
  hops_.listen(kV6, {HopScript()});
  EXPECT_THAT(lines(), testing::Contains("fine mx.big.test at 192.0.2.1:25: greets this host"));
}

TEST_F(DoctorOutboundTest, ADomainWithoutAServerSaysNothing) {
  resolver_.add("big.test. MX 0 .\n");
  EXPECT_THAT(lines(), ElementsAre(StartsWith("unseen big.test: DNS leads nowhere: ")));
}

}  // namespace
}  // namespace waybill::tools::doctor

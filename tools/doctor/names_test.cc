#include "tools/doctor/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <fstream>

#include "runtime/clock.h"
#include "tests/support/findings_of.h"
#include "tests/support/run_virtual.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/zone_resolver.h"

namespace waybill::tools::doctor {
namespace {

using namespace std::chrono_literals;
using runtime::Errc;
using runtime::Task;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using tests::lines_of;

Task<int> look(runtime::dns::Resolver& resolver, const runtime::Clock& clock, NameFacts& facts,
               runtime::Instant deadline) {
  co_await look_at_names(resolver, clock, facts, deadline);
  co_return 0;
}

class DoctorNamesTest : public testing::Test {
 protected:
  // All is well with a zone of these lines alone.
  DoctorNamesTest() {
    resolver_.add(
        "mx.x.test. A 192.0.2.1\n"
        "1.2.0.192.in-addr.arpa. PTR mx.x.test.\n"
        "x.test. MX 10 mx.x.test.\n"
        "x.test. TXT \"v=spf1 mx -all\"\n"
        "_dmarc.x.test. TXT \"v=DMARC1; p=none\"\n");
  }

  std::vector<std::string> lines(const std::vector<std::string>& domains = {"x.test"}) {
    NameFacts facts;
    facts.servers = "ns";
    facts.host = "mx.x.test";
    facts.source = source_;
    facts.signed_name = signed_name_;
    for (const std::string& name : domains) {
      facts.domains.emplace_back();
      facts.domains.back().name = name;
    }
    const auto begin = clock_.now();
    tests::run_virtual(io_, clock_, look(resolver_, clock_, facts, clock_.now() + 6s));
    took_ = clock_.now() - begin;
    return lines_of(judge_names(facts));
  }

  // In place of what the zone has for x.test.
  void x_test(const std::string& zone) {
    resolver_.remove("x.test");
    resolver_.add(zone);
  }

  boost::asio::io_context io_;
  tests::VirtualClock clock_;
  tests::ZoneResolver resolver_{clock_};
  std::string signed_name_;
  runtime::Duration took_{};
  relay::forward::Source source_;
};

TEST_F(DoctorNamesTest, SaysWhetherWhatIsSignedIsValidated) {
  signed_name_ = "signed.test";
  resolver_.add("signed.test. TXT \"here\"\n");
  const auto unsigned_lines = lines();
  EXPECT_THAT(unsigned_lines, Contains(StartsWith("wrong DNSSEC: nothing secure is said of "
                                                  "signed.test: it is not signed")));
  resolver_.sign("signed.test");
  EXPECT_THAT(lines(), Contains("fine DNSSEC: what is said of signed.test is secure"));
  for (const char* name : {"mx.x.test", "x.test"}) resolver_.fail(name, Errc::temporary);
  EXPECT_THAT(lines(), Contains("fine DNSSEC: what is said of signed.test is secure"))
      << "though it is all that is said";
  resolver_.fail("signed.test", Errc::temporary);
  EXPECT_THAT(lines(), ElementsAre(StartsWith("wrong DNSSEC: nothing secure is said")))
      << "and not that the servers are dead";
}

TEST(SignedNameTest, IsTheZoneOfTheFirstKey) {
  const tests::TemporaryDirectory folder;
  const std::string file = folder.path("anchor");
  const struct {
    const char* text;
    const char* name;
  } cases[] = {{"; keys\n.\t172800\tIN\tDNSKEY\t257 3 8 AwEAA\n", "arpa"},
               {"\nY.test. IN DS 1 13 2 00\n", "Y.test"},
               {"nothing", ""}};
  for (const auto& c : cases) {
    std::ofstream(file) << c.text;
    EXPECT_EQ(signed_name(file), c.name);
  }
  EXPECT_EQ(signed_name("/nonexistent"), "");
}

TEST_F(DoctorNamesTest, ADomainWhoseMxIsThisHostIsFine) {
  EXPECT_THAT(lines(), ElementsAre("fine ns: answered", "fine mx.x.test: is at 192.0.2.1",
                                   "fine MX: mail for x.test is sent here"));
}

TEST_F(DoctorNamesTest, OfAnAddressOfThisMachineAloneNobodyAsksTheName) {
  resolver_.remove("mx.x.test");
  resolver_.add("mx.x.test. A 127.0.0.1\n");
  resolver_.fail("1.0.0.127.in-addr.arpa", Errc::temporary);
  for (const std::string& line : lines()) EXPECT_FALSE(line.starts_with("warning 127")) << line;
}

TEST_F(DoctorNamesTest, AnotherNameOfTheSameAddressLeadsHereToo) {
  resolver_.add("in.x.test. A 192.0.2.1\n");
  x_test("x.test. MX 10 in.x.test.\nx.test. TXT \"v=spf1 mx -all\"\n");
  EXPECT_THAT(lines(), Contains("fine MX: mail for x.test is sent here"));
}

TEST_F(DoctorNamesTest, ADomainWithoutMxIsItsOwnExchange) {
  x_test("x.test. A 192.0.2.1\nx.test. TXT \"v=spf1 a -all\"\n");
  EXPECT_THAT(lines(), Contains("fine MX: mail for x.test is sent here"));
  x_test("x.test. A 192.0.2.9\nx.test. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n");
  EXPECT_THAT(lines(), Contains("note x.test: has no MX, and its own address is not that of "
                                "mx.x.test"));
}

TEST_F(DoctorNamesTest, MailThatGoesElsewhereIsANote) {
  resolver_.add("a.y.test. A 192.0.2.7\n");
  x_test("x.test. MX 10 b.y.test.\nx.test. MX 5 a.y.test.\nx.test. TXT \"v=spf1 +all\"\n");
  EXPECT_THAT(lines(), Contains(StartsWith("note x.test: its MX is a.y.test and b.y.test, not "
                                           "mx.x.test: mail comes here only if")));
}

TEST_F(DoctorNamesTest, DomainsThatCannotGetMailAreWarnings) {
  x_test("x.test. MX 0 .\nx.test. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n");
  EXPECT_THAT(lines({"gone.test", "x.test"}),
              testing::AllOf(Contains("warning gone.test: is not in DNS: nobody can send to it"),
                             Contains("warning x.test: says that it takes no mail (RFC 7505)")));
}

TEST_F(DoctorNamesTest, AHostWithoutAddressIsAWarning) {
  resolver_.remove("mx.x.test");
  EXPECT_THAT(lines(),
              Contains(StartsWith("warning mx.x.test: (server.host_name) has no address in DNS")));
}

TEST_F(DoctorNamesTest, AnAddressWithAnotherNameOrNoneIsANote) {
  resolver_.remove("1.2.0.192.in-addr.arpa");
  EXPECT_THAT(lines(), Contains(StartsWith("note 192.0.2.1: has no name, not mx.x.test")));
  resolver_.add("1.2.0.192.in-addr.arpa. PTR host-1.isp.test.\n");
  EXPECT_THAT(lines(), Contains(StartsWith("note 192.0.2.1: is called host-1.isp.test, not mx.")));
}

TEST_F(DoctorNamesTest, AnotherNameThatLeadsBackIsGoodEnoughForMost) {
  resolver_.remove("1.2.0.192.in-addr.arpa");
  resolver_.add("1.2.0.192.in-addr.arpa. PTR host-1.isp.test.\nhost-1.isp.test. A 192.0.2.1\n");
  EXPECT_THAT(lines(),
              Contains("note 192.0.2.1: is called host-1.isp.test, which leads back to it, "
                       "and not mx.x.test: few servers mind"));
}

TEST_F(DoctorNamesTest, WhereMailLeavesFromASourceThatIsTheAddressToBeKnown) {
  source_.v4 = runtime::ip_of("192.0.2.10");
  resolver_.add("10.2.0.192.in-addr.arpa. PTR mx.x.test.\n");
  const auto said = lines();
  EXPECT_THAT(said,
              Contains("note 192.0.2.10: is called mx.x.test, which does not lead back to it: "
                       "some servers refuse mail from there"));
  EXPECT_THAT(said, Contains(StartsWith("note x.test: its SPF says fail for mail from "
                                        "192.0.2.10")));
}

TEST_F(DoctorNamesTest, EachFamilyIsJudgedBySpf) {
  resolver_.add("mx.x.test. AAAA 2001:db8::1\n");
  x_test(
      "x.test. MX 10 mx.x.test.\nx.test. TXT \"v=spf1 ip4:192.0.2.1 ?all\"\n"
      "_dmarc.x.test. TXT \"v=DMARC1; p=none\"\n");
  EXPECT_THAT(lines(),
              Contains(StartsWith("note x.test: its SPF says neutral for mail from 2001:db8::1")));
}

TEST_F(DoctorNamesTest, ADomainWithoutDmarcIsANote) {
  resolver_.remove("_dmarc.x.test");
  EXPECT_THAT(lines(), Contains(StartsWith("note DMARC: x.test has no DMARC record")));
}

TEST_F(DoctorNamesTest, ReturnPathsThatSpfDoesNotLetUsSendAreNotes) {
  x_test("x.test. MX 10 mx.x.test.\nx.test. TXT \"v=spf1 ip4:192.0.2.9 -all\"\n");
  EXPECT_THAT(lines(),
              Contains(StartsWith("note x.test: its SPF says fail for mail from 192.0.2.1")));
  x_test("x.test. MX 10 mx.x.test.\n");
  EXPECT_THAT(lines(), Contains(StartsWith("note SPF: x.test has no SPF record")));
}

TEST_F(DoctorNamesTest, AServerThatAnswersNothingIsToldOnce) {
  for (const char* const name : {"mx.x.test", "x.test", "y.test"}) {
    resolver_.fail(name, Errc::temporary);
  }
  EXPECT_THAT(lines({"x.test", "y.test"}),
              ElementsAre(HasSubstr("wrong ns: no answer to any question: temporary failure")));
}

TEST_F(DoctorNamesTest, ASilentDomainIsAWarningAndTheOthersAreSeen) {
  resolver_.silence("slow.test");
  const auto said = lines({"slow.test", "x.test"});
  EXPECT_THAT(said, Contains("warning slow.test: no answer about its MX: deadline passed"));
  EXPECT_THAT(said, Contains("fine MX: mail for x.test is sent here"));
}

TEST_F(DoctorNamesTest, HoweverManyAreSilentTheDeadlineHolds) {
  std::vector<std::string> domains;
  for (std::size_t i = 0; i < kMostDomains + 20; ++i) {
    domains.push_back("d" + std::to_string(i) + ".test");
    resolver_.silence(domains.back());
  }
  EXPECT_THAT(lines(domains), Contains("note domains: 20 further ones were not asked of"));
  EXPECT_LE(took_, 6s);
}

}  // namespace
}  // namespace waybill::tools::doctor

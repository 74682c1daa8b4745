#include "relay/dns/next_hop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <set>

#include "runtime/asio_clock.h"
#include "runtime/clock.h"
#include "tests/support/run_task.h"
#include "tests/support/zone_resolver.h"

namespace waybill::relay::dns {
namespace {

using namespace std::chrono_literals;
using runtime::Endpoint;
using runtime::Errc;
using schemas::Reply;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;
using tests::RecordType;

// Gives the numbers of a script, one by one; zeros behind it.
class ScriptedChance final : public runtime::Chance {
 public:
  explicit ScriptedChance(std::deque<std::uint8_t> script = {}) : script_(std::move(script)) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& octet : out) octet = 0;
    if (script_.empty()) return;
    out.front() = script_.front();
    script_.pop_front();
  }

 private:
  std::deque<std::uint8_t> script_;
};

// What is found, as one word a candidate: "mx1.test=192.0.2.1:25".
std::vector<std::string> words(const NextHops& found) {
  std::vector<std::string> out;
  if (const auto* reply = std::get_if<Reply>(&found)) {
    return {std::to_string(reply->code) + " " + reply->enhanced};
  }
  for (const Candidate& candidate : std::get<std::vector<Candidate>>(found)) {
    out.push_back(candidate.mx_host + "=" + to_string(candidate.endpoint));
  }
  return out;
}

class NextHopTest : public testing::Test {
 protected:
  std::vector<std::string> find(const std::string& zone) {
    dns_.add(zone);
    return find();
  }

  std::vector<std::string> find() {
    return words(tests::run_task(io_, find_next_hops(dns_, *chance_, ourselves_, "d.test", port_,
                                                     clock_.now() + patience_)));
  }

  boost::asio::io_context io_;
  runtime::AsioClock clock_;
  tests::ZoneResolver dns_{clock_};
  std::unique_ptr<runtime::Chance> chance_ = runtime::system_chance();
  Ourselves ourselves_{{"us.test"}, {{boost::asio::ip::make_address("192.0.2.99"), 25}}};
  std::optional<std::uint16_t> port_;
  // What is said of each candidate's TLSA records: "mx1.test: base.test,mx1.test,d.test 3 1 1", or
  // why they are not known.
  std::vector<std::string> tlsa(const std::string& zone) {
    dns_.add(zone);
    const auto until = clock_.now() + patience_;
    const auto found = tests::run_task(
        io_, find_next_hops(dns_, *chance_, ourselves_, "d.test", port_, until, until));
    std::vector<std::string> out;
    for (const Candidate& candidate : std::get<std::vector<Candidate>>(found)) {
      out.push_back(candidate.mx_host + ": " + candidate.tlsa_failure);
      if (!candidate.dane) continue;
      std::string comma;
      for (const std::string& name : candidate.dane->names) {
        out.back() += std::exchange(comma, ",") + name;
      }
      for (const auto& one : candidate.dane->records) {
        for (const int number : {one.usage, one.selector, one.matching}) {
          out.back() += " " + std::to_string(number);
        }
      }
    }
    return out;
  }

  // All names but silent ones answer at once, on a machine that has time for it.
  runtime::Duration patience_ = 10s;

  // Its silence is waited for.
  void silence(const char* name) {
    dns_.silence(name);
    patience_ = 500ms;
  }
};

// Three exchanges and us, each with one address.
constexpr const char* kHosts = R"(
mx1.test.  A  192.0.2.1
mx2.test.  A  192.0.2.2
mx3.test.  A  192.0.2.3
us.test.   A  192.0.2.99
)";

TEST_F(NextHopTest, GoesByPreference) {
  dns_.add(kHosts);
  EXPECT_THAT(
      find(R"(
d.test. MX 30 mx3.test.
d.test. MX 10 mx1.test.
d.test. MX 20 mx2.test.
)"),
      ElementsAre("mx1.test=192.0.2.1:25", "mx2.test=192.0.2.2:25", "mx3.test=192.0.2.3:25"));
}

TEST_F(NextHopTest, AlternatesTheFamiliesOfOneExchangeBeforeTheNext) {
  EXPECT_THAT(
      find(R"(
d.test.   MX   10 mx1.test.
d.test.   MX   20 mx2.test.
mx1.test. A    192.0.2.1
mx1.test. A    192.0.2.2
mx1.test. A    192.0.2.3
mx1.test. AAAA 2001:db8::1
mx2.test. AAAA 2001:db8::2
)"),
      ElementsAre("mx1.test=[2001:db8::1]:25", "mx1.test=192.0.2.1:25", "mx1.test=192.0.2.2:25",
                  "mx1.test=192.0.2.3:25", "mx2.test=[2001:db8::2]:25"));
}

TEST_F(NextHopTest, ShufflesEqualsByChanceAlone) {
  dns_.add(kHosts);
  dns_.add("d.test. MX 10 mx1.test.\nd.test. MX 10 mx2.test.\nd.test. MX 5 mx3.test.\n");
  std::set<std::vector<std::string>> orders;
  for (std::uint8_t first = 0; first < 3; ++first) {
    for (std::uint8_t second = 0; second < 2; ++second) {
      chance_ = std::make_unique<ScriptedChance>(std::deque<std::uint8_t>{first, second});
      const auto once = find();
      chance_ = std::make_unique<ScriptedChance>(std::deque<std::uint8_t>{first, second});
      EXPECT_EQ(find(), once);
      orders.insert(once);
    }
  }
  EXPECT_THAT(
      orders,
      UnorderedElementsAre(
          ElementsAre("mx3.test=192.0.2.3:25", "mx1.test=192.0.2.1:25", "mx2.test=192.0.2.2:25"),
          ElementsAre("mx3.test=192.0.2.3:25", "mx2.test=192.0.2.2:25", "mx1.test=192.0.2.1:25")));
}

TEST_F(NextHopTest, LetsEachOfTheEqualsComeFirst) {
  dns_.add(kHosts);
  dns_.add("d.test. MX 10 mx1.test.\nd.test. MX 10 mx2.test.\nd.test. MX 10 mx3.test.\n");
  std::map<std::string, int> first;
  // One of three is missed by 200 draws once in 10^35.
  for (int i = 0; i < 200; ++i) ++first[find().front()];
  EXPECT_EQ(first.size(), 3u);
}

TEST_F(NextHopTest, FollowsTheAliasOfADomain) {
  dns_.add(kHosts);
  EXPECT_THAT(find("d.test. CNAME e.test.\ne.test. MX 10 mx1.test.\n"),
              ElementsAre("mx1.test=192.0.2.1:25"));
}

TEST_F(NextHopTest, FollowsTheAliasOfAnExchange) {
  dns_.add(kHosts);
  EXPECT_THAT(find("d.test. MX 10 mail.test.\nmail.test. CNAME mx1.test.\n"),
              ElementsAre("mail.test=192.0.2.1:25"));
}

TEST_F(NextHopTest, TakesADomainWithoutExchangesAsItsOwn) {
  EXPECT_THAT(find("d.test. A 192.0.2.7\nd.test. AAAA 2001:db8::7\n"),
              ElementsAre("d.test=[2001:db8::7]:25", "d.test=192.0.2.7:25"));
}

TEST_F(NextHopTest, TakesTheAliasOfADomainWithoutExchangesAsItsOwn) {
  EXPECT_THAT(find("d.test. CNAME e.test.\ne.test. A 192.0.2.7\n"),
              ElementsAre("d.test=192.0.2.7:25"));
}

TEST_F(NextHopTest, NeverFallsBackToTheDomainWhereExchangesExist) {
  EXPECT_THAT(find("d.test. MX 10 gone.test.\nd.test. A 192.0.2.7\n"), ElementsAre("550 5.1.2"));
}

TEST_F(NextHopTest, SaysWhyThereIsNowhereToGo) {
  const struct {
    const char* why;
    const char* zone;
    const char* reply;
  } cases[] = {
      {"no such domain", "other.test. A 192.0.2.1", "550 5.1.2"},
      {"a domain without exchange or address", "d.test. TXT \"hello\"", "550 5.1.2"},
      {"a null MX (RFC 7505)", "d.test. MX 0 .", "556 5.1.10"},
      {"a null MX of any preference", "d.test. MX 10 .", "556 5.1.10"},
      {"several null MX", "d.test. MX 0 .\nd.test. MX 10 .", "556 5.1.10"},
      {"an address as exchange", "d.test. MX 10 192.0.2.1.", "550 5.1.2"},
      {"an IPv6 address as exchange", "d.test. MX 10 2001:db8::1.", "550 5.1.2"},
      {"an exchange that does not exist", "d.test. MX 10 gone.test.", "550 5.1.2"},
      {"the end of an alias is missing", "d.test. CNAME gone.test.", "550 5.1.2"},
  };
  for (const auto& c : cases) {
    tests::ZoneResolver zone(clock_, c.zone);
    const auto found = tests::run_task(
        io_, find_next_hops(zone, *chance_, ourselves_, "d.test", {}, clock_.now() + patience_));
    EXPECT_THAT(words(found), ElementsAre(c.reply)) << c.why;
  }
}

// RFC 7505 3 forbids the mixture and has no rule for it.
TEST_F(NextHopTest, PassesOverANullMxBesideOthers) {
  dns_.add(kHosts);
  EXPECT_THAT(find("d.test. MX 0 .\nd.test. MX 10 mx1.test.\n"),
              ElementsAre("mx1.test=192.0.2.1:25"));
}

TEST_F(NextHopTest, PassesOverAnAddressBesideNames) {
  dns_.add(kHosts);
  EXPECT_THAT(find("d.test. MX 5 192.0.2.8.\nd.test. MX 10 mx1.test.\n"),
              ElementsAre("mx1.test=192.0.2.1:25"));
  EXPECT_THAT(dns_.asked(), testing::Not(testing::Contains("a 192.0.2.8")));
}

TEST_F(NextHopTest, ConnectsToAnotherPortWhereOneIsGiven) {
  dns_.add(kHosts);
  port_ = 2525;
  EXPECT_THAT(find("d.test. MX 10 mx1.test.\n"), ElementsAre("mx1.test=192.0.2.1:2525"));
}

TEST_F(NextHopTest, TriesSoManyAddressesAndNoMore) {
  std::string zone = "d.test. MX 10 mx1.test.\nd.test. MX 20 mx2.test.\nmx2.test. A 192.0.2.2\n";
  for (int i = 0; i < 100; ++i) zone += "mx1.test. A 198.51.100." + std::to_string(i) + "\n";
  EXPECT_EQ(find(zone).size(), kMaxCandidates);
}

TEST_F(NextHopTest, AsksForSoManyExchangesAndNoMore) {
  std::string zone;
  for (int i = 0; i < 100; ++i) {
    zone += "d.test. MX " + std::to_string(i) + " n" + std::to_string(i) + ".test.\n";
  }
  EXPECT_THAT(find(zone), ElementsAre("550 5.1.2"));
  EXPECT_EQ(dns_.asked().size(), 1 + 2 * kMaxExchanges);
  EXPECT_THAT(dns_.asked(), testing::Contains("a n0.test"));
}

TEST_F(NextHopTest, SaysTryLaterWhereDnsFails) {
  dns_.add(kHosts);
  dns_.add("d.test. MX 10 mx1.test.\nd.test. MX 20 mx2.test.\n");
  dns_.fail("d.test", Errc::temporary);
  EXPECT_THAT(find(), ElementsAre("451 4.4.3")) << "for the domain";
  dns_.heal();
  silence("d.test");
  EXPECT_THAT(find(), ElementsAre("451 4.4.3")) << "silently";
  dns_.heal();
  dns_.fail("mx1.test", Errc::temporary);
  dns_.fail("mx2.test", Errc::timeout);
  EXPECT_THAT(find(), ElementsAre("451 4.4.3")) << "for all exchanges";
}

TEST_F(NextHopTest, SaysNoWhereAskingAgainCannotHelp) {
  dns_.fail("d.test", Errc::corrupt);
  EXPECT_THAT(find(), ElementsAre("550 5.1.2")) << "records that are rubbish";
  dns_.fail("d.test", Errc::invalid);
  EXPECT_THAT(find(), ElementsAre("550 5.1.2")) << "a name that is none";
}

TEST_F(NextHopTest, GoesToTheExchangesForWhichDnsAnswers) {
  dns_.add(kHosts);
  dns_.add("d.test. MX 10 mx1.test.\nd.test. MX 20 mx2.test.\n");
  dns_.fail("mx1.test", Errc::temporary);
  EXPECT_THAT(find(), ElementsAre("mx2.test=192.0.2.2:25"));
}

TEST_F(NextHopTest, IsNotHeldUpForEverByASilentExchange) {
  dns_.add(kHosts);
  dns_.add("d.test. MX 10 mx1.test.\nd.test. MX 20 mx2.test.\n");
  silence("mx1.test");
  EXPECT_THAT(find(), ElementsAre("mx2.test=192.0.2.2:25"));
}

TEST_F(NextHopTest, GoesByOneFamilyWhereTheOtherFails) {
  dns_.add(kHosts);
  dns_.add("d.test. MX 10 mx1.test.\n");
  dns_.fail("mx1.test", Errc::temporary, RecordType::aaaa);
  EXPECT_THAT(find(), ElementsAre("mx1.test=192.0.2.1:25"));
  dns_.fail("mx1.test", Errc::temporary, RecordType::a);
  EXPECT_THAT(find(), ElementsAre("451 4.4.3"));
}

// RFC 5321 5.1
TEST_F(NextHopTest, DropsOurselvesAndAllAtAndBehindOurPreference) {
  const struct {
    const char* where;
    const char* exchanges;
    std::vector<std::string> found;
  } cases[] = {
      {"by name, last", "5 mx1.test.|20 us.test.", {"mx1.test=192.0.2.1:25"}},
      {"by name, in between", "5 mx1.test.|10 us.test.|20 mx2.test.", {"mx1.test=192.0.2.1:25"}},
      {"by name, among equals", "5 mx1.test.|10 mx2.test.|10 us.test.", {"mx1.test=192.0.2.1:25"}},
      {"by name, first", "5 us.test.|10 mx1.test.", {"554 5.4.6"}},
      {"by name, alone", "5 us.test.", {"554 5.4.6"}},
      {"by address, last", "5 mx1.test.|20 also-us.test.", {"mx1.test=192.0.2.1:25"}},
      {"by address, among equals",
       "5 mx1.test.|10 mx2.test.|10 also-us.test.|10 mx3.test.",
       {"mx1.test=192.0.2.1:25"}},
      {"by one of its addresses", "10 mx2.test.|10 half-us.test.", {"554 5.4.6"}},
      {"by a mapped address", "10 mx2.test.|10 mapped-us.test.", {"554 5.4.6"}},
  };
  for (const auto& c : cases) {
    tests::ZoneResolver zone(clock_, kHosts);
    zone.add(R"(
also-us.test.   A    192.0.2.99
half-us.test.   A    192.0.2.4
half-us.test.   A    192.0.2.99
mapped-us.test. AAAA ::ffff:192.0.2.99
)");
    std::string rows = "d.test. MX " + std::string(c.exchanges);
    for (auto at = rows.find('|'); at != std::string::npos; at = rows.find('|')) {
      rows.replace(at, 1, "\nd.test. MX ");
    }
    zone.add(rows);
    // The order among equals must not matter.
    for (int i = 0; i < 10; ++i) {
      const auto found = tests::run_task(
          io_, find_next_hops(zone, *chance_, ourselves_, "d.test", {}, clock_.now() + patience_));
      EXPECT_EQ(words(found), c.found) << c.where;
    }
  }
}

// An equal among many addresses must not hide that we are an equal too.
TEST_F(NextHopTest, FindsOurselvesBehindMoreAddressesThanAreTried) {
  std::string zone = "d.test. MX 10 big.test.\nd.test. MX 10 also-us.test.\n";
  zone += "also-us.test. A 192.0.2.99\n";
  for (int i = 0; i < 20; ++i) zone += "big.test. A 198.51.100." + std::to_string(i) + "\n";
  dns_.add(zone);
  for (int i = 0; i < 20; ++i) EXPECT_THAT(find(), ElementsAre("554 5.4.6"));
}

TEST_F(NextHopTest, SaysTryLaterWhereABetterExchangeThanWeIsSilent) {
  dns_.add(kHosts);
  dns_.fail("mx1.test", Errc::temporary);
  EXPECT_THAT(find("d.test. MX 5 mx1.test.\nd.test. MX 10 us.test.\n"), ElementsAre("451 4.4.3"));
}

TEST_F(NextHopTest, RefusesADomainThatIsOurselves) {
  dns_.add(kHosts);
  EXPECT_THAT(find("d.test. CNAME us.test.\n"), ElementsAre("554 5.4.6")) << "by its alias";
  dns_.remove("d.test");
  EXPECT_THAT(find("d.test. A 192.0.2.99\n"), ElementsAre("554 5.4.6")) << "by its address";
  ourselves_.names.push_back("d.test");
  dns_.remove("d.test");
  EXPECT_THAT(find("d.test. A 192.0.2.1\n"), ElementsAre("554 5.4.6")) << "by its name";
}

TEST_F(NextHopTest, IsNotOurselvesOnAnotherPort) {
  dns_.add(kHosts);
  port_ = 2525;
  EXPECT_THAT(find("d.test. MX 10 us.test.\n"), ElementsAre("us.test=192.0.2.99:2525"));
  ourselves_.endpoints.push_back({boost::asio::ip::make_address("192.0.2.99"), 2525});
  EXPECT_THAT(find(), ElementsAre("554 5.4.6"));
}

TEST_F(NextHopTest, MeetsItselfOnLoopbackWhereItListensEverywhere) {
  dns_.add("d.test. MX 10 lo.test.\nlo.test. A 127.0.0.1\n");
  EXPECT_THAT(find(), ElementsAre("lo.test=127.0.0.1:25"));
  ourselves_.endpoints = {{boost::asio::ip::address_v4::any(), 25}};
  EXPECT_THAT(find(), ElementsAre("554 5.4.6"));
  dns_.remove("lo.test");
  dns_.add("lo.test. A 0.0.0.0\n");
  EXPECT_THAT(find(), ElementsAre("554 5.4.6"));
}

constexpr const char* kOneTlsa = "_25._tcp.mx1.test. TLSA 3 1 1 00\n";

// RFC 7672 2.2: an attacker who could have named the exchange or its address proves nothing by it.
TEST_F(NextHopTest, AsksForTlsaWhereEachStepToItIsSecure) {
  const std::string exchange = "d.test. MX 10 mx1.test.\nmx1.test. A 192.0.2.1\n";
  EXPECT_THAT(tlsa(exchange + kOneTlsa), ElementsAre("mx1.test: "));
  EXPECT_THAT(dns_.asked(), Not(Contains(HasSubstr("tlsa")))) << "nothing is signed";
  dns_.sign("mx1.test");
  EXPECT_THAT(tlsa(""), ElementsAre("mx1.test: ")) << "the domain is not";
  EXPECT_THAT(dns_.asked(), Not(Contains(HasSubstr("tlsa"))));
  dns_.sign("d.test");
  EXPECT_THAT(tlsa(""), ElementsAre("mx1.test: mx1.test,d.test 3 1 1"));
  EXPECT_THAT(find(), ElementsAre("mx1.test=192.0.2.1:25"));
}

TEST_F(NextHopTest, TakesAnAddressWithoutASignatureForOneWithoutTlsa) {
  dns_.sign("d.test");
  EXPECT_THAT(tlsa("d.test. MX 10 mx1.test.\nmx1.test. A 192.0.2.1\n"), ElementsAre("mx1.test: "));
  EXPECT_THAT(dns_.asked(), Not(Contains(HasSubstr("tlsa"))));
}

TEST_F(NextHopTest, AsksForTlsaOfThePortThatIsDialledAndOfEachExchange) {
  dns_.sign("test");
  port_ = 2525;
  EXPECT_THAT(
      tlsa(std::string(kHosts) + "d.test. MX 10 mx1.test.\nd.test. MX 20 mx2.test.\n" + kOneTlsa +
           "_2525._tcp.mx2.test. TLSA 2 0 1 00\n"
           "_2525._tcp.mx2.test. TLSA 3 1 1 00\n"),
      ElementsAre("mx1.test: ", "mx2.test: mx2.test,d.test 2 0 1 3 1 1"));
}

TEST_F(NextHopTest, AsksForTlsaOfADomainThatIsItsOwnExchange) {
  dns_.sign("test");
  EXPECT_THAT(tlsa("d.test. A 192.0.2.7\n_25._tcp.d.test. TLSA 3 1 1 00\n"),
              ElementsAre("d.test: d.test 3 1 1"));
}

// RFC 7672 2.2.3, 3.2.2
TEST_F(NextHopTest, TakesTheEndOfAliasesForTheBaseDomainAndElseTheirBegin) {
  dns_.sign("test");
  dns_.add("d.test. CNAME e.test.\ne.test. MX 10 mail.test.\nmail.test. CNAME mx1.test.\n");
  dns_.add("mx1.test. A 192.0.2.1\n");
  EXPECT_THAT(tlsa("_25._tcp.mail.test. TLSA 3 0 1 00\n"),
              ElementsAre("mail.test: mail.test,d.test,e.test 3 0 1"));
  EXPECT_THAT(tlsa(kOneTlsa), ElementsAre("mail.test: mx1.test,mail.test,d.test,e.test 3 1 1"));
}

// RFC 7672 2.1.2: else an attacker would keep the records from us.
TEST_F(NextHopTest, SaysWhereTlsaCannotBeLookedUp) {
  dns_.sign("test");
  const std::string exchanges =
      "d.test. MX 10 mx1.test.\nmx1.test. A 192.0.2.1\nmx1.test. A 192.0.2.2\n"
      "mx1.test. AAAA 2001:db8::1\nd.test. MX 20 mx2.test.\nmx2.test. A 192.0.2.3\n";
  dns_.fail("_25._tcp.mx1.test", Errc::temporary);
  EXPECT_THAT(
      tlsa(exchanges),
      ElementsAre(HasSubstr("mx1.test: its TLSA records could not be looked up: "), "mx2.test: "))
      << "once for the host";
  dns_.heal();
  silence("_25._tcp.mx1.test");
  EXPECT_THAT(tlsa(""), ElementsAre(HasSubstr("could not be looked up: "), "mx2.test: "));
}

TEST_F(NextHopTest, LeavesTimeForTlsaWhereAnAddressIsSilent) {
  dns_.sign("test");
  dns_.add("d.test. MX 10 mx1.test.\nd.test. MX 20 mx2.test.\nmx1.test. A 192.0.2.1\n");
  dns_.add(kOneTlsa);
  silence("mx2.test");
  const auto now = clock_.now();
  const auto found = tests::run_task(
      io_, find_next_hops(dns_, *chance_, ourselves_, "d.test", {}, now + 1s, now + 50ms));
  EXPECT_THAT(words(found), ElementsAre("mx1.test=192.0.2.1:25"));
  EXPECT_LT(clock_.now(), now + 1s);
}

}  // namespace
}  // namespace waybill::relay::dns

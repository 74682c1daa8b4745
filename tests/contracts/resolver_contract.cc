#include "tests/contracts/resolver_contract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/asio_clock.h"
#include "runtime/clock.h"
#include "runtime/scope.h"
#include "tests/support/run_task.h"

namespace waybill::tests {
namespace {

using namespace std::chrono_literals;
using runtime::Errc;
using runtime::Instant;
using runtime::IpAddress;
using runtime::Result;
using runtime::Task;
using runtime::dns::Answer;
using runtime::dns::Existence;
using runtime::dns::Mx;
using runtime::dns::Resolver;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// Longer than any answer on loopback takes.
constexpr auto kPatience = 20s;

IpAddress ip(const char* text) { return boost::asio::ip::make_address(text); }

class ResolverContract : public testing::TestWithParam<ResolverAdapter> {
 protected:
  void SetUp() override {
    if (!GetParam().available()) GTEST_SKIP() << GetParam().why_not;
    world_ = GetParam().make(io_, clock_);
  }

  Instant soon() const { return clock_.now() + kPatience; }
  Resolver& resolver() { return world_->resolver(); }

  Result<Answer<Mx>> mx(const char* name) { return run_task(io_, resolver().mx(name, soon())); }
  Result<Answer<IpAddress>> a(const char* name) {
    return run_task(io_, resolver().a(name, soon()));
  }
  Result<Answer<IpAddress>> aaaa(const char* name) {
    return run_task(io_, resolver().aaaa(name, soon()));
  }
  Result<Answer<std::string>> txt(const char* name) {
    return run_task(io_, resolver().txt(name, soon()));
  }

  Result<Answer<std::string>> ptr(const char* address) {
    return run_task(io_, resolver().ptr(ip(address), soon()));
  }

  runtime::AsioClock clock_;
  boost::asio::io_context io_;
  std::unique_ptr<ResolverWorld> world_;
};

TEST_P(ResolverContract, GivesEveryAddressOfAName) {
  const auto four = a("mx1.contract.test");
  ASSERT_TRUE(four) << four.error();
  EXPECT_EQ(four->name, Existence::exists);
  EXPECT_THAT(four->records, UnorderedElementsAre(ip("192.0.2.1"), ip("192.0.2.2")));
  EXPECT_EQ(four->canonical, "mx1.contract.test");
  EXPECT_GT(four->ttl, 0u);
  EXPECT_LE(four->ttl, 300u);

  const auto six = aaaa("mx1.contract.test");
  ASSERT_TRUE(six) << six.error();
  EXPECT_THAT(six->records, ElementsAre(ip("2001:db8::1")));
}

TEST_P(ResolverContract, GivesExchangesInLowerCaseWithoutTheLastDot) {
  const auto answer = mx("contract.test");
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_THAT(answer->records,
              UnorderedElementsAre(Mx{10, "mx1.contract.test"}, Mx{20, "mx2.contract.test"}));
}

// RFC 7505 3
TEST_P(ResolverContract, GivesANullMxAsAnEmptyExchange) {
  const auto answer = mx("null.contract.test");
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_THAT(answer->records, ElementsAre(Mx{0, ""}));
}

TEST_P(ResolverContract, TakesNamesInAnyCase) {
  const auto answer = a("MX2.CONTRACT.test");
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_THAT(answer->records, ElementsAre(ip("192.0.2.3")));
  EXPECT_EQ(answer->canonical, "mx2.contract.test");
}

TEST_P(ResolverContract, FollowsAliasesToTheirEnd) {
  const auto exchanges = mx("alias.contract.test");
  ASSERT_TRUE(exchanges) << exchanges.error();
  EXPECT_THAT(exchanges->records, ElementsAre(Mx{5, "mx1.contract.test"}));
  EXPECT_EQ(exchanges->canonical, "end.contract.test");

  const auto addresses = a("alias.contract.test");
  ASSERT_TRUE(addresses) << addresses.error();
  EXPECT_THAT(addresses->records, ElementsAre(ip("192.0.2.4")));
}

TEST_P(ResolverContract, SaysThatTheEndOfADanglingAliasDoesNotExist) {
  const auto answer = a("dangling.contract.test");
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(answer->name, Existence::no_such_name);
  EXPECT_THAT(answer->records, IsEmpty());
}

// RFC 7208 3.3
TEST_P(ResolverContract, JoinsTheStringsOfOneTextAndKeepsTextsApart) {
  const auto answer = txt("text.contract.test");
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_THAT(answer->records,
              UnorderedElementsAre("v=spf1 ip4:192.0.2.0/24 -all", "another; text"));
}

TEST_P(ResolverContract, GivesAnEmptyTextAsARecord) {
  const auto answer = txt("empty.contract.test");
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_THAT(answer->records, ElementsAre(""));
}

TEST_P(ResolverContract, GivesEveryNameOfAnAddress) {
  const auto four = ptr("192.0.2.1");
  ASSERT_TRUE(four) << four.error();
  EXPECT_THAT(four->records, UnorderedElementsAre("mx1.contract.test", "also.contract.test"));

  const auto six = ptr("2001:db8::1");
  ASSERT_TRUE(six) << six.error();
  EXPECT_THAT(six->records, ElementsAre("mx1.contract.test"));
}

// RFC 6698 3
TEST_P(ResolverContract, GivesWhatIsSaidOfTheCertificateOfAService) {
  const auto answer =
      run_task(io_, resolver().tlsa("_25._tcp.mx1.contract.test", clock_.now() + kPatience));
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_THAT(answer->records, ElementsAre(runtime::Tlsa{3, 1, 1, std::string("\0\xff", 2)}));
  EXPECT_FALSE(answer->secure) << "nothing is signed";
  const auto none =
      run_task(io_, resolver().tlsa("_25._tcp.mx2.contract.test", clock_.now() + kPatience));
  ASSERT_TRUE(none) << none.error();
  EXPECT_THAT(none->records, IsEmpty());
}

// RFC 2317 4
TEST_P(ResolverContract, FollowsTheAliasOfAnAddressWhoseNameIsDelegated) {
  const auto answer = ptr("192.0.2.2");
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_THAT(answer->records, ElementsAre("www.contract.test"));
}

TEST_P(ResolverContract, SaysThatAnAddressHasNoName) {
  const auto answer = ptr("192.0.2.200");
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(answer->name, Existence::no_such_name);
  EXPECT_THAT(answer->records, IsEmpty());
}

TEST_P(ResolverContract, AsksForNamesThatAreNoHostNames) {
  const auto answer = txt("_dmarc.contract.test");
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_THAT(answer->records, ElementsAre("v=DMARC1; p=reject"));
}

TEST_P(ResolverContract, AsksForNamesWithSpaces) {
  const auto answer = a("a b.contract.test");
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(answer->name, Existence::no_such_name);
}

TEST_P(ResolverContract, TellsAMissingNameFromAMissingType) {
  const auto missing = mx("nothing.contract.test");
  ASSERT_TRUE(missing) << missing.error();
  EXPECT_EQ(missing->name, Existence::no_such_name);
  EXPECT_THAT(missing->records, IsEmpty());

  const auto other_type = mx("mx1.contract.test");
  ASSERT_TRUE(other_type) << other_type.error();
  EXPECT_EQ(other_type->name, Existence::exists);
  EXPECT_THAT(other_type->records, IsEmpty());
}

// RFC 8020 2
TEST_P(ResolverContract, KnowsANameThatOnlyHasNamesBeneathIt) {
  const auto answer = a("beneath.contract.test");
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(answer->name, Existence::exists);
  EXPECT_THAT(answer->records, IsEmpty());
}

TEST_P(ResolverContract, SaysTryLaterWhereNobodyAnswersForAZone) {
  const auto answer = a("www.elsewhere.test");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), make_error_code(Errc::temporary));
}

TEST_P(ResolverContract, RefusesWhatIsNoNameWithoutAsking) {
  for (const std::string& name :
       {std::string(), std::string("two..dots.test"), std::string("a\tb.test"),
        std::string(64, 'a') + ".test", std::string("dot.test.")}) {
    const auto answer = a(name.c_str());
    ASSERT_FALSE(answer) << name;
    EXPECT_EQ(answer.error(), make_error_code(Errc::invalid)) << name;
  }
}

TEST_P(ResolverContract, EndsAtTheDeadlineWhereTheServerIsSilent) {
  const Instant begin = clock_.now();
  const Instant deadline = begin + 200ms;
  const auto answer = run_task(io_, world_->silent().a("www.contract.test", deadline));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), make_error_code(Errc::timeout));
  EXPECT_GE(clock_.now(), deadline);
  EXPECT_LT(clock_.now(), begin + 10s);
}

TEST_P(ResolverContract, EndsAtOnceWhereTheDeadlineHasPassed) {
  const Instant begin = clock_.now();
  const auto answer = run_task(io_, world_->silent().a("www.contract.test", begin - 1s));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), make_error_code(Errc::timeout));
  EXPECT_LT(clock_.now(), begin + 10s);
}

Task<void> ask_one(Resolver& resolver, int number, Instant deadline, int& right) {
  const std::string name = "n" + std::to_string(number) + ".contract.test";
  const auto answer = co_await resolver.a(name, deadline);
  const IpAddress wanted = ip(("198.51.100." + std::to_string(number % 250)).c_str());
  if (answer && answer->records == std::vector<IpAddress>{wanted}) ++right;
}

TEST_P(ResolverContract, AnswersAThousandQuestionsAtOneTime) {
  runtime::Scope scope(io_.get_executor());
  int right = 0;
  for (int i = 0; i < kManyNames; ++i) {
    scope.spawn("question", ask_one(resolver(), i, soon(), right));
  }
  run_task(io_, scope.join());
  EXPECT_EQ(right, kManyNames);
}

INSTANTIATE_TEST_SUITE_P(Adapters, ResolverContract,
                         testing::Values(zone_resolver_adapter(), unbound_resolver_adapter(),
                                         caching_resolver_adapter()),
                         [](const auto& adapter) { return std::string(adapter.param.name); });

}  // namespace
}  // namespace waybill::tests

// check_host over published cases. Every case answers as it says, but for those listed here, each
// with its reason; a listed one that passes fails the test too.

#include "tests/support/spf_cases.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <map>

#include "relay/trust/spf/check_host.h"
#include "runtime/clock.h"
#include "tests/support/run_task.h"
#include "tests/support/virtual_clock.h"

namespace waybill::tests {
namespace {

using namespace std::chrono_literals;
using relay::trust::spf::check_host;
using relay::trust::spf::SpfResult;

using Exceptions = std::map<std::string, std::string>;

const Exceptions kMailAuthExceptions{
    {"mail-auth/ip/IPv6 match/4", "upstream compares an ip6 network with an IPv4 client"},
    {"mail-auth/exists/Exists/2", "upstream asks for AAAA too; RFC 7208 5.7 for A alone"},
    {"mail-auth/macro/Macro expansion 2/2", "upstream asks for AAAA too, as above"},
    {"mail-auth/basic/DNS Lookup Limits/1", "ten void look-ups; RFC 7208 4.6.4 allows two"},
    {"mail-auth/basic/DNS Lookup Limits/6",
     "11 exchanges: what comes first in DNS would decide, so it is permerror for every client"},
    {"mail-auth/basic/HELO identity/1", "upstream judges HELO even where there is a sender"},
    {"mail-auth/all/All test/1", "a wrong term behind all; RFC 7208 4.6 has it be permerror"},
};

const Exceptions kRspamdExceptions{
    {"rspamd/SPF FAIL UNRESOLVEABLE INCLUDE",
     "upstream passes over an include without record; RFC 7208 5.2 has it be permerror"},
    {"rspamd/SPF EXTERNAL RELAY", "upstream takes the client from a Received field"},
    {"rspamd/SPF ALLOW DNS REQUESTS AT LIMIT", "upstream allows 30 terms that ask the DNS"},
};

SpfResult judge(const SpfCase& one) {
  VirtualClock clock;
  ZoneResolver resolver(clock);
  add_to(resolver, *one.zone);
  boost::asio::io_context io;
  return run_task(io, check_host(resolver, one.request, clock.now() + 20s));
}

bool same_text(const std::string& a, const std::string& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

// Empty if the case answers as it says.
std::string complaint(const SpfCase& one) {
  const SpfResult result = judge(one);
  const std::string got(word(result.code));
  if (std::find(one.results.begin(), one.results.end(), got) == one.results.end()) {
    return "gives " + got + ", wanted " + testing::PrintToString(one.results) + " (" +
           result.reason + ")";
  }
  // The hexadecimal digits of %{i} have no stated case.
  const std::string wanted =
      !one.explanation || *one.explanation == "DEFAULT" ? "" : *one.explanation;
  if (one.explanation && got == "fail" && !same_text(result.explanation, wanted)) {
    return "explains \"" + result.explanation + "\", wanted \"" + wanted + "\"";
  }
  return "";
}

void run_all(const char* title, const std::vector<SpfCase>& cases, const Exceptions& exceptions) {
  std::size_t passed = 0;
  std::size_t seen_exceptions = 0;
  for (const SpfCase& one : cases) {
    const std::string why = complaint(one);
    if (exceptions.contains(one.id)) {
      ++seen_exceptions;
      EXPECT_NE(why, "") << one.id << " is listed as an exception, but passes";
      continue;
    }
    EXPECT_EQ(why, "") << one.id;
    if (why.empty()) ++passed;
  }
  EXPECT_EQ(seen_exceptions, exceptions.size()) << "an exception names no case";
  std::printf("%s: %zu of %zu cases, %zu exceptions\n", title, passed, cases.size(),
              exceptions.size());
}

std::vector<SpfCase> of_suite(const std::string& prefix) {
  std::vector<SpfCase> out;
  for (SpfCase& one : pyspf_cases()) {
    if (one.id.starts_with(prefix)) out.push_back(std::move(one));
  }
  return out;
}

TEST(SpfCases, AnswersEveryCaseOfTheRfc7208Suite) {
  const auto cases = of_suite("rfc7208/");
  if (cases.empty()) GTEST_SKIP() << "../shared/cases/spf is absent";
  run_all("RFC 7208 suite", cases, {});
}

TEST(SpfCases, AnswersTheRfc4408SuiteWhereRfc7208KeepsItsRules) {
  const auto cases = of_suite("rfc4408/");
  if (cases.empty()) GTEST_SKIP() << "../shared/cases/spf is absent";
  run_all("RFC 4408 suite", cases, {});
}

TEST(SpfCases, AnswersTheExtraCasesOfPyspf) {
  const auto cases = of_suite("pyspf-extra/");
  if (cases.empty()) GTEST_SKIP() << "../shared/cases/spf is absent";
  const char* const lax = "the modifier default= is of an SPF before RFC 4408";
  run_all("pyspf", cases,
          {{"pyspf-extra/default-modifier", lax}, {"pyspf-extra/default-modifier-harsh", lax}});
}

TEST(SpfCases, AnswersTheCasesOfMailAuth) {
  const auto cases = mail_auth_spf_cases();
  if (cases.empty()) GTEST_SKIP() << "../shared/cases/spf is absent";
  run_all("mail-auth", cases, kMailAuthExceptions);
}

TEST(SpfCases, AnswersTheCasesOfRspamd) {
  const auto cases = rspamd_spf_cases();
  if (cases.empty()) GTEST_SKIP() << "../shared/cases/spf is absent";
  run_all("rspamd", cases, kRspamdExceptions);
}

}  // namespace
}  // namespace waybill::tests

// DMARC over published cases. Every case answers as it says, but for those listed here, each with
// its reason; a listed one that passes fails the test too.

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include "relay/trust/dmarc/evaluate.h"
#include "runtime/clock.h"
#include "tests/support/run_task.h"
#include "tests/support/sim_net.h"
#include "tests/support/zone_resolver.h"

namespace waybill::tests {
namespace {

namespace json = boost::json;
namespace dmarc = relay::trust::dmarc;
using namespace std::chrono_literals;
using dmarc::Authentication;
using dmarc::DmarcCode;
using dmarc::DmarcRequest;
using dmarc::DmarcResult;
using dmarc::Policy;

constexpr const char* kDmarcCases = WAYBILL_SOURCE_DIR "/../shared/cases/dmarc/dmarc-cases.jsonl";

enum class Rules { rfc9989, rfc7489 };

using Exceptions = std::map<std::string, std::string>;

constexpr const char* kLenient =
    "upstream calls a record with a broken tag malformed; RFC 9989 4.8 passes over the tag";
constexpr const char* kWalk = "told apart by psd=, which RFC 7489 does not know";

const Exceptions kExceptions9989{
    {"mox/verify/malformed", kLenient},
    {"mox/lookup/malformed.example", kLenient},
};

const Exceptions kExceptions7489{
    {"mox/verify/malformed", kLenient},
    {"mox/lookup/malformed.example", kLenient},
    {"mail-auth/policy/treewalk-psd-y", kWalk},
    {"mail-auth/policy/treewalk-psd-n",
     "its record stands between the author and the organisation, where RFC 7489 does not look"},
};

std::vector<json::object> published(std::string_view prefix) {
  std::vector<json::object> out;
  std::ifstream lines(kDmarcCases);
  for (std::string line; std::getline(lines, line);) {
    json::object one = json::parse(line).as_object();
    if (one.at("id").as_string().starts_with(prefix)) out.push_back(std::move(one));
  }
  return out;
}

std::string text_at(const json::object& one, std::string_view field) {
  const auto* value = one.if_contains(field);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

bool flag_at(const json::object& one, std::string_view field) {
  const auto* value = one.if_contains(field);
  return value != nullptr && value->is_bool() && value->as_bool();
}

// Keys are names of TXT records, or "name/A".
void add_zone(ZoneResolver& resolver, const json::object& dns) {
  for (const auto& [key, records] : dns) {
    const std::string name(key);
    if (records.is_string()) {
      resolver.fail(name, runtime::Errc::temporary);
      continue;
    }
    const std::size_t slash = name.find("/A");
    for (const json::value& record : records.as_array()) {
      const std::string data(record.as_string());
      if (slash == std::string::npos) {
        resolver.add_text(name, data);
      } else {
        resolver.add_address(name.substr(0, slash), boost::asio::ip::make_address(data));
      }
    }
  }
}

dmarc::Identifier identifier_of(const json::object& one) {
  const std::string status = text_at(one, "status");
  dmarc::Identifier out;
  out.domain = text_at(one, "domain");
  if (status == "pass") out.outcome = Authentication::passed;
  if (status == "temperror") out.outcome = Authentication::unknown;
  return out;
}

DmarcRequest request_of(const json::object& one) {
  DmarcRequest out;
  out.authors = {text_at(one, "from_domain")};
  if (const auto* spf = one.if_contains("spf")) {
    auto identifier = identifier_of(spf->as_object());
    if (!identifier.domain.empty()) out.spf = identifier;
  }
  if (const auto* dkim = one.if_contains("dkim")) {
    for (const json::value& each : dkim->as_array()) {
      out.dkim.push_back(identifier_of(each.as_object()));
    }
  }
  return out;
}

DmarcResult judge(const json::object& one, Rules rules) {
  VirtualClock clock;
  ZoneResolver resolver(clock);
  add_zone(resolver, one.at("dns").as_object());
  boost::asio::io_context io;
  const auto deadline = clock.now() + 20s;
  if (rules == Rules::rfc9989) {
    return run_task(io, dmarc::evaluate(resolver, request_of(one), deadline));
  }
  const auto suffixes = dmarc::PublicSuffixes::load(dmarc::PublicSuffixes::kSystemFile);
  SeededChance chance(1);
  return run_task(
      io, dmarc::evaluate_by_suffixes(resolver, *suffixes, chance, request_of(one), deadline));
}

bool has_aligned(const DmarcResult& result, dmarc::Method method) {
  for (const auto& one : result.aligned) {
    if (one.method == method) return true;
  }
  return false;
}

// What a case of mox says of a whole message.
void compare_verdict(const json::object& expect, const DmarcResult& result, std::ostream& out) {
  if (word(result.code) != text_at(expect, "dmarc")) out << "is " << word(result.code) << "; ";
  if (has_aligned(result, dmarc::Method::spf) != flag_at(expect, "aligned_spf_pass")) {
    out << "alignment of SPF; ";
  }
  if (has_aligned(result, dmarc::Method::dkim) != flag_at(expect, "aligned_dkim_pass")) {
    out << "alignment of DKIM; ";
  }
  const bool rejects = result.code == DmarcCode::fail && result.published == Policy::reject;
  if (rejects != flag_at(expect, "reject")) out << "policy " << word(result.published) << "; ";
  if (result.code != DmarcCode::none && result.policy_domain != text_at(expect, "policy_domain")) {
    out << "policy of " << result.policy_domain << "; ";
  }
}

// What it says of the record alone.
void compare_look_up(const json::object& expect, const DmarcResult& result, std::ostream& out) {
  const std::string error = text_at(expect, "error");
  if (error.empty() && result.policy_domain != text_at(expect, "policy_domain")) {
    out << "policy of " << result.policy_domain << "; ";
  }
  const bool absent = error == "ErrNoRecord" || error == "ErrMultipleRecords";
  if (absent != (result.code == DmarcCode::none)) out << "is " << word(result.code) << "; ";
  if ((error == "ErrDNS") != (result.code == DmarcCode::temperror)) out << "temperror; ";
  if ((error == "ErrSyntax") != (result.code == DmarcCode::permerror)) out << "permerror; ";
}

void compare_alignment(const json::object& expect, const DmarcResult& result, std::ostream& out) {
  if (expect.contains("dmarc_spf") &&
      has_aligned(result, dmarc::Method::spf) != (text_at(expect, "dmarc_spf") == "pass")) {
    out << "alignment of SPF; ";
  }
  if (expect.contains("dmarc_dkim") &&
      has_aligned(result, dmarc::Method::dkim) != (text_at(expect, "dmarc_dkim") == "pass")) {
    out << "alignment of DKIM; ";
  }
  if (expect.contains("policy") && word(result.published) != text_at(expect, "policy")) {
    out << "policy " << word(result.published) << "; ";
  }
  if (expect.contains("dmarc_record") && result.code != DmarcCode::none) {
    out << "is " << word(result.code) << "; ";
  }
}

std::string complaint(const json::object& one, Rules rules) {
  const DmarcResult result = judge(one, rules);
  const json::object& expect = one.at("expect").as_object();
  std::ostringstream out;
  if (expect.contains("dmarc")) {
    compare_verdict(expect, result, out);
  } else if (expect.contains("lookup_status")) {
    compare_look_up(expect, result, out);
  } else {
    compare_alignment(expect, result, out);
  }
  return out.str();
}

void run_all(const std::string& prefix, Rules rules, const Exceptions& exceptions) {
  std::size_t passed = 0;
  std::size_t skipped = 0;
  const auto cases = published(prefix);
  for (const json::object& one : cases) {
    const std::string id = text_at(one, "id");
    const std::string why = complaint(one, rules);
    if (exceptions.contains(id)) {
      ++skipped;
      EXPECT_NE(why, "") << id << " is listed as an exception, but passes";
      continue;
    }
    EXPECT_EQ(why, "") << id;
    if (why.empty()) ++passed;
  }
  std::printf("%s: %zu of %zu cases, %zu exceptions\n", prefix.c_str(), passed, cases.size(),
              skipped);
}

class DmarcCases : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (published("").empty()) GTEST_SKIP() << "../shared/cases/dmarc is absent";
  }
};

TEST_P(DmarcCases, AnswersByTheTreeWalk) { run_all(GetParam(), Rules::rfc9989, kExceptions9989); }

TEST_P(DmarcCases, AnswersByThePublicSuffixList) {
  run_all(GetParam(), Rules::rfc7489, kExceptions7489);
}

// Left out: mox/extreport/, which asks who may be sent reports; we send none.
INSTANTIATE_TEST_SUITE_P(Sources, DmarcCases,
                         testing::Values("mox/verify/", "mox/lookup/", "mail-auth/"));

}  // namespace
}  // namespace waybill::tests

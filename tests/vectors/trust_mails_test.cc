// SPF, DKIM and DMARC together over published mails: rspamd's, with the DNS that it gives them, by
// the rules of RFC 7489 that it follows.

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <map>

#include "relay/trust/dkim/verify.h"
#include "relay/trust/dmarc/evaluate.h"
#include "relay/trust/spf/check_host.h"
#include "runtime/clock.h"
#include "tests/support/run_task.h"
#include "tests/support/sim_net.h"
#include "tests/support/spf_cases.h"

namespace waybill::tests {
namespace {

namespace json = boost::json;
namespace dkim = relay::trust::dkim;
namespace dmarc = relay::trust::dmarc;
namespace spf = relay::trust::spf;
using namespace std::chrono_literals;
using dmarc::Authentication;
using dmarc::DmarcCode;
using dmarc::DmarcResult;

const std::string kFolder = WAYBILL_SOURCE_DIR "/../shared/cases/dmarc/";

const std::map<std::string, std::string> kExceptions{
    {"rspamd/dmarc/DMARC EVALUATES WIRE FROM AFTER REWRITE",
     "of rspamd's own rewriting of From; what is expected was not taken over"},
};

// The octets of a file, its lines ended by CRLF.
std::string mail_at(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string out;
  for (std::string line; std::getline(file, line);) {
    if (line.ends_with('\r')) line.pop_back();
    out += line + "\r\n";
  }
  return out;
}

// These mails have one From field of one line with one address.
std::string author_of(const std::string& header) {
  const std::size_t field = header.find("\r\nFrom:");
  const std::size_t at = header.find('@', field);
  if (field == std::string::npos || at == std::string::npos) return "";
  return header.substr(at + 1, header.find_first_of(">\r", at) - at - 1);
}

class TextBody final : public dkim::BodySource {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  runtime::Task<runtime::Result<std::string_view>> next() override {
    const std::string_view rest = std::string_view(text_).substr(at_);
    at_ = text_.size();
    co_return rest;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

std::string text_at(const json::object& one, std::string_view field) {
  const auto* value = one.if_contains(field);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

class TrustMails : public testing::Test {
 protected:
  void SetUp() override {
    const auto cases = rspamd_spf_cases();
    if (cases.empty()) GTEST_SKIP() << "../shared/cases is absent";
    add_to(resolver_, *cases.front().zone);
    // Its reply is a multi-line record of the configuration: SERVFAIL.
    resolver_.fail("_dmarc.dnssec-failed.org", runtime::Errc::temporary);
  }

  DmarcResult judge(const json::object& one) {
    const std::string mail = mail_at(kFolder + "rspamd/" + file_of(one));
    const std::size_t end = mail.find("\r\n\r\n");
    const std::string header = "\r\n" + mail.substr(0, end + 2);
    dmarc::DmarcRequest request;
    request.authors = {author_of(header)};
    request.dkim = signatures(header.substr(2), mail.substr(end + 4));
    if (one.contains("ip")) request.spf = sender(one);
    const auto suffixes = dmarc::PublicSuffixes::load(dmarc::PublicSuffixes::kSystemFile);
    EXPECT_TRUE(suffixes) << suffixes.error();
    return run_task(io_, dmarc::evaluate_by_suffixes(resolver_, *suffixes, chance_, request,
                                                     clock_.now() + 20s));
  }

 private:
  static std::string file_of(const json::object& one) {
    const std::string file = text_at(one, "file");
    return file.substr(file.find('/') + 1);
  }

  std::vector<dmarc::Identifier> signatures(const std::string& header, std::string body) {
    std::vector<dmarc::Identifier> out;
    TextBody source(std::move(body));
    const auto results =
        run_task(io_, dkim::verify(resolver_, header, source, clock_.wall(), clock_.now() + 20s));
    EXPECT_TRUE(results) << results.error();
    for (const dkim::DkimResult& result : *results) {
      dmarc::Identifier next;
      next.domain = result.domain;
      if (result.word == dkim::DkimWord::pass) next.outcome = Authentication::passed;
      if (result.word == dkim::DkimWord::temperror) next.outcome = Authentication::unknown;
      out.push_back(next);
    }
    return out;
  }

  dmarc::Identifier sender(const json::object& one) {
    spf::SpfRequest request;
    request.client = boost::asio::ip::make_address(text_at(one, "ip"));
    request.sender = text_at(one, "mailfrom");
    const auto result = run_task(io_, spf::check_host(resolver_, request, clock_.now() + 20s));
    dmarc::Identifier out;
    out.domain = result.domain;
    if (result.code == spf::SpfCode::pass) out.outcome = Authentication::passed;
    if (result.code == spf::SpfCode::temperror) out.outcome = Authentication::unknown;
    return out;
  }

  boost::asio::io_context io_;
  VirtualClock clock_;
  SeededChance chance_{1};
  ZoneResolver resolver_{clock_};
};

std::string symbol_of(const DmarcResult& result) {
  switch (result.code) {
    case DmarcCode::none: return "DMARC_NA";
    case DmarcCode::pass: return "DMARC_POLICY_ALLOW";
    case DmarcCode::temperror: return "DMARC_DNSFAIL";
    case DmarcCode::permerror: return "DMARC_BAD_POLICY";
    case DmarcCode::fail: break;
  }
  switch (result.policy) {
    case dmarc::Policy::none: return "DMARC_POLICY_SOFTFAIL";
    case dmarc::Policy::quarantine: return "DMARC_POLICY_QUARANTINE";
    case dmarc::Policy::reject: return "DMARC_POLICY_REJECT";
  }
  return "";
}

TEST_F(TrustMails, AreJudgedAsRspamdJudgesThem) {
  std::ifstream lines(kFolder + "dmarc-cases.jsonl");
  std::size_t passed = 0;
  for (std::string line; std::getline(lines, line);) {
    const json::object one = json::parse(line).as_object();
    const std::string id = text_at(one, "id");
    if (!id.starts_with("rspamd/") || kExceptions.contains(id)) continue;
    const DmarcResult result = judge(one);
    const std::string wanted(one.at("expect").as_array().at(0).as_string());
    EXPECT_EQ(symbol_of(result), wanted) << id << ": " << result.reason;
    if (symbol_of(result) == wanted) ++passed;
  }
  EXPECT_GT(passed, 0u);
  std::printf("rspamd: %zu mails, %zu exception\n", passed, kExceptions.size());
}

}  // namespace
}  // namespace waybill::tests

// Signed messages that other projects test their verifiers with (../shared/cases/dkim), each with
// the words that RFC 8601 has for it here.

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "relay/trust/dkim/verify.h"
#include "runtime/clock.h"
#include "tests/support/run_task.h"
#include "tests/support/text_body.h"
#include "tests/support/virtual_clock.h"
#include "tests/support/zone_resolver.h"

namespace waybill::tests {
namespace {

using namespace std::chrono_literals;
using relay::trust::dkim::DkimResult;

const std::filesystem::path kCases = WAYBILL_SOURCE_DIR "/../shared/cases/dkim";

struct Published {
  std::string id;
  std::string message;
  std::vector<std::pair<std::string, std::string>> keys;  // name and text, or an error's word
  // One signature at least has one of these words. Empty: `each` says.
  std::vector<std::string> any;
  // And none has this one.
  std::string never;
  // What every signature has, in order.
  std::string each;
  std::int64_t time = 1'790'000'000;
};

std::string octets_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream all;
  all << file.rdbuf();
  return all.str();
}

std::string published_text_of(const boost::json::object& one, std::string_view field) {
  const auto* value = one.if_contains(field);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::string with_crlf(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' && (out.empty() || out.back() != '\r')) out += '\r';
    out += c;
  }
  return out;
}

// "name<space>text" a line.
std::vector<std::pair<std::string, std::string>> keys_of_lines(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> keys;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.find_first_of(" \t");
    if (line.empty() || line.front() == '#' || space == std::string::npos) continue;
    keys.emplace_back(line.substr(0, space), line.substr(line.find_first_not_of(" \t", space)));
  }
  return keys;
}

// "name: text", lines that end in a backslash going on.
std::vector<std::pair<std::string, std::string>> keys_of_colon_lines(std::string text) {
  for (std::size_t at = 0; (at = text.find("\\\n", at)) != std::string::npos;) text.erase(at, 2);
  for (std::size_t at = 0; (at = text.find(": ", at)) != std::string::npos;) text.erase(at, 1);
  return keys_of_lines(text);
}

std::vector<std::pair<std::string, std::string>> keys_of_rspamd() {
  std::vector<std::pair<std::string, std::string>> keys;
  for (const char* file : {"rspamd/dns-merged.jsonl", "rspamd/dns-plugins.jsonl"}) {
    std::ifstream lines(kCases / file);
    for (std::string line; std::getline(lines, line);) {
      const auto one = boost::json::parse(line).as_object();
      const std::string name = published_text_of(one, "name");
      if (published_text_of(one, "type") != "txt" || name.find("_domainkey") == std::string::npos) {
        continue;
      }
      // Of a real name that its resolver could not validate.
      if (one.at("replies").as_array().empty()) keys.emplace_back(name, "~~SERVFAIL~~");
      for (const auto& reply : one.at("replies").as_array()) {
        // Some stand in both files.
        const std::pair<std::string, std::string> key(name, reply.as_string());
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
      }
    }
  }
  return keys;
}

// "PERMFAIL" is the word of RFC 6376 for what RFC 8601 has several words for.
std::string words_of_chasquid(const boost::json::object& one) {
  const std::string file = published_text_of(one, "file");
  const std::string result = octets_of(kCases / (file.substr(0, file.size() - 3) + "result"));
  if (result.empty()) return {};
  static const std::map<std::string, std::string> words = {
      {"SUCCESS", "pass"}, {"TEMPFAIL", "temperror"}, {"PERMFAIL", "permerror"}};
  std::string out;
  const boost::json::value parsed = boost::json::parse(result);
  for (const auto& signature : parsed.at("Results").as_array()) {
    out += (out.empty() ? "" : " ") + words.at(published_text_of(signature.as_object(), "State"));
  }
  return out;
}

Published read_case(const boost::json::object& one) {
  static const auto rspamd_keys = keys_of_rspamd();
  Published out;
  out.id = published_text_of(one, "id");
  out.message = octets_of(kCases / published_text_of(one, "file"));
  const std::string expect = published_text_of(one, "expect");
  if (out.id.starts_with("mail-dkim/")) {
    out.keys = keys_of_lines(octets_of(kCases / published_text_of(one, "dns")));
    if (expect == "invalid") out.any = {"permerror", "temperror", "policy"};
    if (expect != "invalid") out.any = {expect};
  } else if (out.id.starts_with("mail-auth/")) {
    const std::size_t gap = out.message.find("\n\n");
    out.keys = keys_of_lines(out.message.substr(0, gap));
    out.message = with_crlf(out.message.substr(gap + 2));
    out.any = {"pass"};
    out.time = 1'667'843'664;
  } else if (out.id.starts_with("chasquid/")) {
    out.keys = keys_of_colon_lines(octets_of(kCases / published_text_of(one, "dns")));
    out.message = with_crlf(out.message);
    out.each = words_of_chasquid(one);
  } else {
    out.keys = rspamd_keys;
    out.message = with_crlf(out.message);
    static const std::map<std::string, std::string> words = {{"R_DKIM_ALLOW", "pass"},
                                                             {"R_DKIM_REJECT", "fail"},
                                                             {"R_DKIM_PERMFAIL", "permerror"},
                                                             {"R_DKIM_TEMPFAIL", "temperror"},
                                                             {"R_DKIM_NA", "none"}};
    const auto& symbols = one.at("expect").as_array();
    if (symbols.empty()) out.never = "pass";
    if (!symbols.empty()) out.any = {words.at(std::string(symbols.at(0).as_string()))};
  }
  return out;
}

std::vector<Published> all_cases() {
  std::vector<Published> cases;
  std::ifstream file(kCases / "expected.jsonl");
  for (std::string line; std::getline(file, line);) {
    cases.push_back(read_case(boost::json::parse(line).as_object()));
  }
  return cases;
}

std::vector<DkimResult> results_of(const Published& one) {
  boost::asio::io_context io;
  VirtualClock clock;
  ZoneResolver zone(clock);
  for (const auto& [name, text] : one.keys) {
    std::string lower = name;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const bool is_failure = text.starts_with("~~") || text == "TEMPERROR";
    if (is_failure) zone.fail(lower, runtime::Errc::temporary);
    if (is_failure || text == "NXDOMAIN" || text == "PERMERROR") continue;
    zone.add(lower + ". TXT \"" + text + "\"");
  }
  const std::size_t end = one.message.starts_with("\r\n") ? 0 : one.message.find("\r\n\r\n");
  const std::size_t body = end == std::string::npos ? one.message.size() : end + (end ? 4 : 2);
  TextBody source(one.message.substr(std::min(body, one.message.size())), 100);
  const runtime::WallTime now{std::chrono::seconds(one.time)};
  const auto results =
      run_task(io, relay::trust::dkim::verify(zone, std::string_view(one.message).substr(0, body),
                                              source, now, clock.now() + 5s));
  return *results;
}

// The words of all signatures, in order.
std::string words_of(const std::vector<DkimResult>& results) {
  std::string out;
  for (const DkimResult& one : results) {
    out += (out.empty() ? "" : " ") + std::string(word_of(one.word));
  }
  return out;
}

std::string reasons_of(const std::vector<DkimResult>& results) {
  std::string out;
  for (const DkimResult& one : results) out += "[" + one.reason + "]";
  return out;
}

bool has_word(const std::string& words, const std::string& word) {
  std::istringstream all(words);
  for (std::string one; all >> one;) {
    if (one == word) return true;
  }
  return false;
}

// Cases that are answered in other words than their project's, or that have none published.
struct Otherwise {
  std::string why;
  std::string words;  // ours
  std::vector<std::string> cases;
};
const std::vector<Otherwise> kOtherwise = {
    {"written before RFC 4871: v= is missing or not 1",
     "permerror",
     {"mail-dkim/good_ietf00_1.txt", "mail-dkim/good_ietf00_2.txt", "mail-dkim/good_ietf00_3.txt",
      "mail-dkim/good_ietf00_4.txt", "mail-dkim/good_ietf00_5.txt", "mail-dkim/mine_ietf01_1.txt",
      "mail-dkim/mine_ietf01_2.txt", "mail-dkim/mine_ietf01_3.txt", "mail-dkim/mine_ietf01_4.txt",
      "mail-dkim/mine_ietf05_1.txt", "mail-dkim/good_ietf01_1.txt", "mail-dkim/good_ietf01_2.txt",
      "mail-dkim/bad_ietf01_1.txt", "mail-dkim/bad_ietf01_2.txt", "mail-dkim/bad_ietf01_3.txt",
      "mail-dkim/bad_1.txt", "mail-dkim/no_body_1.txt", "mail-dkim/no_body_2.txt",
      "mail-dkim/no_body_3.txt"}},
    {"rsa-sha1 is historic (RFC 8301 3.1)",
     "policy",
     {"mail-dkim/good_rfc4871_3.txt", "mail-dkim/good_rfc4871_4.txt", "mail-dkim/good_1878523.txt",
      "mail-dkim/good_83176.txt", "mail-dkim/good_qp_1.txt", "mail-dkim/good_qp_2.txt",
      "mail-dkim/good_qp_3.txt", "mail-dkim/goodkey_1.txt", "mail-dkim/goodkey_2.txt",
      "mail-dkim/goodkey_3.txt", "mail-dkim/goodkey_4.txt"}},
    {"written before RFC 4871: v= is missing or not 1",
     "permerror permerror permerror permerror",
     {"mail-dkim/multiple_1.txt"}},
    {"rsa-sha1 is historic (RFC 8301 3.1)",
     "permerror policy policy permerror",
     {"mail-dkim/multiple_2.txt"}},
    {"a header with bare CRs or LFs is not judged", "permerror", {"mail-dkim/bad_1878954.txt"}},
    {"DomainKeys (RFC 4870) is not DKIM",
     "none",
     {"mail-dkim/good_dk_gmail.txt", "mail-dkim/good_dk_yahoo.txt", "mail-dkim/good_dk_1.txt",
      "mail-dkim/good_dk_2.txt", "mail-dkim/good_dk_3.txt", "mail-dkim/good_dk_4.txt",
      "mail-dkim/good_dk_5.txt", "mail-dkim/good_dk_6.txt", "mail-dkim/good_dk_7.txt",
      "mail-dkim/dk_headers_1.txt", "mail-dkim/dk_headers_2.txt", "mail-dkim/bad_dk_1.txt",
      "mail-dkim/bad_dk_2.txt", "mail-dkim/bad_dk_3.txt", "mail-dkim/bad_dk_4.txt",
      "mail-dkim/bad_dk_5.txt", "mail-dkim/dk_multiple_1.txt"}},
    {"signed five hours after the time that it is published for", "policy", {"mail-auth/004.txt"}},
    {"more signatures are judged here",
     "pass pass pass pass pass pass pass",
     {"chasquid/02-too_many_headers"}},
    {"no word is published; the signature stands behind the broken header",
     "none",
     {"chasquid/03-bad_message"}},
    {"l= is against policy here (RFC 6376 8.2)", "policy pass pass", {"chasquid/09-limited_body"}},
    {"more signatures are judged here",
     "permerror permerror permerror permerror permerror pass",
     {"rspamd/DKIM Unparseable Signatures Count Towards Limit"}},
    {"keys that are too long are against policy here",
     "policy",
     {"rspamd/DKIM Reject Oversized Key Record", "rspamd/DKIM Reject Oversized Key Modulus"}},
};

struct Ours {
  std::string why;
  std::string words;
};

std::map<std::string, Ours> ours() {
  std::map<std::string, Ours> out;
  for (const Otherwise& group : kOtherwise) {
    for (const std::string& id : group.cases) out[id] = {group.why, group.words};
  }
  return out;
}

TEST(PublishedDkimCases, AreAnsweredAsPublishedOrForAReason) {
  if (!std::filesystem::exists(kCases)) GTEST_SKIP() << "no published cases at " << kCases;
  std::map<std::string, int> reasons;
  int published = 0;
  int all = 0;
  auto unmet = ours();
  for (const Published& one : all_cases()) {
    ++all;
    const auto results = results_of(one);
    const std::string words = words_of(results);
    bool as_published = false;
    for (const std::string& word : one.any) as_published |= has_word(words, word);
    if (!one.each.empty()) as_published = words == one.each;
    if (!one.never.empty()) as_published = !has_word(words, one.never);
    const auto exception = unmet.find(one.id);
    if (exception == unmet.end()) {
      EXPECT_TRUE(as_published) << one.id << ": " << words << " " << reasons_of(results);
      published += as_published ? 1 : 0;
      continue;
    }
    EXPECT_EQ(words, exception->second.words) << one.id;
    EXPECT_FALSE(as_published) << one.id << " is as published and need not be listed";
    ++reasons[exception->second.why];
    unmet.erase(exception);
  }
  for (const auto& [id, words] : unmet) ADD_FAILURE() << "no such case: " << id;
  std::printf("[  SCORE   ] %d of %d as published\n", published, all);
  for (const auto& [why, times] : reasons) {
    std::printf("[  SCORE   ]   %d otherwise: %s\n", times, why.c_str());
  }
}

std::string key_of_pem(const std::string& pem) {
  std::string key;
  std::istringstream lines(pem);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("-----")) key += line;
  }
  return key;
}

TEST(PublishedDkimCases, AMessageOfALargeProviderPasses) {
  if (!std::filesystem::exists(kCases)) GTEST_SKIP() << "no published cases at " << kCases;
  Published one;
  one.message = with_crlf(octets_of(kCases / "mimekit/gmail.msg"));
  one.keys = {{"20120113._domainkey.gmail.com",
               "k=rsa; p=" + key_of_pem(octets_of(kCases / "mimekit/gmail.pub"))}};
  EXPECT_EQ(words_of(results_of(one)), "pass");
}

}  // namespace
}  // namespace waybill::tests

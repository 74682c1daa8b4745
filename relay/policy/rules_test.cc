#include "relay/policy/rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "relay/policy/limits.h"

namespace waybill::relay::policy {
namespace {

const std::string kTree = WAYBILL_SOURCE_DIR "/";

std::string text_of(const std::string& path) {
  std::ifstream file(kTree + path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// On one line, however it was wrapped.
std::string unwrapped(const std::string& text) {
  std::istringstream words(text);
  std::string out;
  for (std::string word; words >> word;) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::set<std::string> words() {
  std::set<std::string> out;
  for (const RuleRow& row : kRules) out.emplace(row.word);
  return out;
}

// Every word that `pattern` finds in the text, as its first group.
std::vector<std::string> found(const std::string& text, const char* pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> out;
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at) {
    out.push_back((*at)[1]);
  }
  return out;
}

TEST(RulesTest, ThePageHasAnEntryForEveryRule) {
  const std::string page = unwrapped(text_of("docs/rules.md"));
  for (const RuleRow& row : kRules) {
    std::ostringstream entry;
    entry << "- **`" << row.word << "`** (" << word_of(row.stage) << "; " << row.reply << ") "
          << row.meaning << " *Do:* ";
    EXPECT_NE(page.find(entry.str()), std::string::npos) << entry.str();
  }
}

TEST(RulesTest, ThePageHasNoOtherEntry) {
  EXPECT_EQ(found(text_of("docs/rules.md"), R"(- \*\*`([^`]+)`\*\*)").size(), std::size(kRules));
}

TEST(RulesTest, WordsThatSchemasGiveAsExamplesExist) {
  const std::string proto = text_of("schemas/event.proto");
  auto shown = found(proto, R"re(string rule = \d+; +//[^\n]*"([a-z-]+)")re");
  const auto first = found(proto, R"re(string rule = \d+; +//[^\n"]*"([a-z-]+)")re");
  shown.insert(shown.end(), first.begin(), first.end());
  const auto api = found(text_of("schemas/openapi.yaml"), R"re(examples: \["([a-z-]+)")re");
  shown.insert(shown.end(), api.begin(), api.end());
  ASSERT_GE(shown.size(), 3U);
  for (const std::string& word : shown) EXPECT_EQ(words().count(word), 1U) << word;
}

// As return_path.md has them: the page tells of them in its own order.
TEST(RulesTest, TheReturnPathPageNamesWordsThatExist) {
  const auto named = found(text_of("docs/return_path.md"), R"(`((?:return-path|report)-[a-z-]+)`)");
  ASSERT_GT(named.size(), 6U);
  for (const std::string& word : named) EXPECT_EQ(words().count(word), 1U) << word;
}

// "E: rejected ... at RCPT by policy unknown-alias: 550 5.1.1" or "E: dropped ... by report-held".
bool meets(const std::string& event, const RuleRow& row) {
  const std::string word(row.word);
  if (event.ends_with(" by " + word)) return event.starts_with("E: dropped ");
  const std::size_t begin = event.find(" " + word + ": ");
  if (begin == std::string::npos) return false;
  const std::string reply = event.substr(begin + word.size() + 3);
  const bool replies = row.reply.find(reply) != std::string_view::npos ||
                       row.reply.find(reply.substr(0, 3) + ",") != std::string_view::npos ||
                       (row.reply == kTheirReply && event.find(" by next hop ") != event.npos);
  const auto at = [&](const char* stage) {
    return event.find(" at " + std::string(stage) + " by ") != std::string::npos;
  };
  switch (row.stage) {
    case Stage::connection: return replies && at("the connection");
    case Stage::mail: return replies && at("MAIL");
    case Stage::rcpt: return replies && at("RCPT");
    case Stage::body: return replies && at("the body");
    case Stage::either: return replies && !at("MAIL");
  }
  return false;
}

// A rule that is never shown at work may be one that never works.
TEST(RulesTest, EveryRuleIsMetByATranscript) {
  std::vector<std::string> events;
  for (const auto& entry : std::filesystem::directory_iterator(kTree + "tests/transcripts")) {
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("E: ")) events.push_back(line);
    }
  }
  for (const RuleRow& row : kRules) {
    EXPECT_TRUE(std::any_of(events.begin(), events.end(),
                            [&](const std::string& event) { return meets(event, row); }))
        << row.word << " " << row.reply;
  }
}

TEST(RulesTest, AWordIsNeverARoutesName) {
  for (const RuleRow& row : kRules) {
    EXPECT_TRUE(std::regex_match(std::string(row.word), std::regex("[a-z0-9]+(-[a-z0-9]+)*")))
        << row.word;
  }
}

TEST(RulesTest, ARuleWithATextHasOneReply) {
  for (const RuleRow& row : kRules) {
    if (row.text.empty()) continue;
    const schemas::Reply reply = reply_of(row.rule);
    EXPECT_EQ(std::to_string(reply.code) + " " + reply.enhanced, row.reply);
    EXPECT_EQ(reply.enhanced.front() - '0', reply.code / 100) << row.word;
    EXPECT_EQ(reply.text, row.text);
  }
}

// What the published vocabulary was when it was published.
TEST(RulesTest, NoWordIsEverChanged) {
  const char* const published[] = {"syntax",
                                   "too-many-recipients",
                                   "unknown-domain",
                                   "unknown-alias",
                                   "return-path-alone",
                                   "return-path-sender",
                                   "return-path-forged",
                                   "return-path-expired",
                                   "return-path-unknown",
                                   "return-path-used-up",
                                   "return-path-busy",
                                   "no-route",
                                   "unreachable",
                                   "next-hop-without-smtputf8",
                                   "next-hop-size",
                                   "unsafe-octets",
                                   "connection-lost",
                                   "timeout",
                                   "bare-line-end",
                                   "message-size",
                                   "spool",
                                   "hop-count",
                                   "dmarc",
                                   "log-timeout",
                                   "report-again",
                                   "report-late",
                                   "report-absorbed",
                                   "report-held"};
  for (const char* word : published) EXPECT_EQ(words().count(word), 1U) << word;
}

TEST(RulesTest, TheLimitsThatMeaningsNameAreTheRelaysOwn) {
  const auto names = [](Rule rule, std::size_t limit) {
    return row_of(rule).meaning.find(" " + std::to_string(limit) + " ") != std::string_view::npos;
  };
  EXPECT_TRUE(names(Rule::return_path_used_up, kReportsPerReturnPath));
  EXPECT_TRUE(names(Rule::hop_count, kMaxReceivedHeaders));
  EXPECT_TRUE(names(Rule::header_size, kHeaderOctets >> 10));
}

}  // namespace
}  // namespace waybill::relay::policy

// What each rendering makes of each event, held against stream/mapping/golden: a change of the
// mapping is seen there, record by record, before a SIEM sees it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "stream/mapping/mapping.h"
#include "tests/support/event_cases.h"

namespace waybill::stream {
namespace {

const std::string kGoldenKey = "0123456789abcdef";

// A golden file: what one rendering makes of all cases.
struct Golden {
  std::string name;
  Format format;
  // Of every field that may be withheld: whether it is, and how.
  FieldRule rule = FieldRule::keep;
  std::size_t max_record = kDefaultMaxRecord;
};

// Octets: less than most of the cases take whole, and enough for what each must have.
constexpr std::size_t kShort = 1300;

std::vector<Golden> goldens() {
  std::vector<Golden> out;
  for (const Format format : kFormats) out.push_back({std::string(word(format)), format});
  // Those that published schemas read stay valid whatever is withheld or cut.
  for (const Format format : {Format::ocsf, Format::ecs}) {
    out.push_back({std::string(word(format)) + "_hashed", format, FieldRule::hash});
    out.push_back({std::string(word(format)) + "_least", format, FieldRule::drop});
    out.push_back({std::string(word(format)) + "_short", format, FieldRule::keep, kShort});
  }
  return out;
}

FieldPolicy policy_of_all(FieldRule rule) {
  FieldPolicy::Rules rules;
  for (const FieldRow& row : field_rows()) {
    const std::string name(row.name);
    if (FieldPolicy::make({{name, rule}}, kGoldenKey)) rules.emplace_back(name, rule);
  }
  auto policy = FieldPolicy::make(rules, kGoldenKey);
  EXPECT_TRUE(policy) << policy.error().why;
  return *policy;
}

std::string golden_path(const Golden& golden) {
  return WAYBILL_SOURCE_DIR "/stream/mapping/golden/" + golden.name + ".golden";
}

std::string golden_text(const Golden& golden) {
  std::ostringstream text;
  text << std::ifstream(golden_path(golden)).rdbuf();
  return text.str();
}

// One record a line, in the order of the cases' names.
std::string rendered_cases(const Golden& golden) {
  const Mapping mapping({.format = golden.format,
                         .policy = policy_of_all(golden.rule),
                         .max_record = golden.max_record,
                         .version = "0.1.0"});
  std::string out;
  for (const auto& [name, event] : support::event_cases()) {
    const auto record = mapping.map(event);
    EXPECT_TRUE(record) << name << ": " << record.error().why;
    if (record) out += record->body + '\n';
  }
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

class GoldenTest : public ::testing::TestWithParam<Golden> {};

TEST_P(GoldenTest, EachCaseIsRenderedAsTheGoldenFileHasIt) {
  const std::string made = rendered_cases(GetParam());
  if (std::getenv("WAYBILL_RENEW_GOLDEN") != nullptr) {
    std::filesystem::create_directories(WAYBILL_SOURCE_DIR "/stream/mapping/golden");
    std::ofstream(golden_path(GetParam())) << made;
  }
  const auto is = lines_of(made);
  const auto was = lines_of(golden_text(GetParam()));
  const auto cases = support::event_cases();
  const char* const renew =
      "\nWhere it should be so: WAYBILL_RENEW_GOLDEN=1 ./dev unit stream_mapping";
  ASSERT_EQ(was.size(), is.size()) << renew;
  auto name = cases.begin();
  for (std::size_t i = 0; i < is.size(); ++i, ++name) {
    EXPECT_EQ(was[i], is[i]) << name->first << renew;
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, GoldenTest, ::testing::ValuesIn(goldens()),
                         [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace waybill::stream

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

std::string golden_path(Format format) {
  return WAYBILL_SOURCE_DIR "/stream/mapping/golden/" + std::string(word(format)) + ".golden";
}

std::string golden_text(Format format) {
  std::ostringstream text;
  text << std::ifstream(golden_path(format)).rdbuf();
  return text.str();
}

// One record a line, in the order of the cases' names.
std::string rendered_cases(Format format) {
  const Mapping mapping({.format = format, .version = "0.1.0"});
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

class GoldenTest : public ::testing::TestWithParam<Format> {};

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

INSTANTIATE_TEST_SUITE_P(Formats, GoldenTest, ::testing::ValuesIn(kFormats),
                         [](const auto& param) { return std::string(word(param.param)); });

}  // namespace
}  // namespace waybill::stream

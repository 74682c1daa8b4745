// Reports on return paths, as transcripts: tests/transcripts/README.md.

#include "relay/homecoming.h"

#include <gtest/gtest.h>

#include "tests/support/transcript.h"

namespace waybill::relay {
namespace {

using tests::joined;
using tests::Transcript;

class ReportTranscriptTest : public testing::TestWithParam<Transcript> {};

TEST_P(ReportTranscriptTest, GoesAsItIsWritten) {
  EXPECT_EQ(joined(tests::play(GetParam())), joined(GetParam().lines)) << GetParam().title;
}

std::vector<Transcript> transcripts() {
  const std::string folder = WAYBILL_SOURCE_DIR "/tests/transcripts/";
  auto out = tests::read_transcripts(folder + "return_paths.txt");
  const auto more = tests::read_transcripts(folder + "reports.txt");
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

INSTANTIATE_TEST_SUITE_P(All, ReportTranscriptTest, testing::ValuesIn(transcripts()),
                         [](const auto& one) { return tests::test_name(one.param); });

}  // namespace
}  // namespace waybill::relay

// Reports on return paths, as transcripts: tests/transcripts/README.md.

#include "relay/homecoming.h"

#include <gtest/gtest.h>

#include "tests/support/transcript.h"

namespace waybill::relay {
namespace {

class ReportTranscriptTest : public testing::TestWithParam<tests::Transcript> {};

TEST_P(ReportTranscriptTest, GoesAsItIsWritten) { tests::expect_as_written(GetParam()); }

INSTANTIATE_TEST_SUITE_P(All, ReportTranscriptTest,
                         testing::ValuesIn(tests::read_transcripts({"return_paths", "reports"})),
                         tests::test_name);

}  // namespace
}  // namespace waybill::relay

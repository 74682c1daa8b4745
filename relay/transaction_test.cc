// Mail transactions, as transcripts: tests/transcripts/README.md.

#include "relay/transaction.h"

#include <gtest/gtest.h>

#include "tests/support/transcript.h"

namespace waybill::relay {
namespace {

using tests::joined;
using tests::Transcript;

class MailTranscriptTest : public testing::TestWithParam<Transcript> {};

TEST_P(MailTranscriptTest, GoesAsItIsWritten) {
  EXPECT_EQ(joined(tests::play(GetParam())), joined(GetParam().lines)) << GetParam().title;
}

std::vector<Transcript> transcripts() {
  std::vector<Transcript> out;
  for (const char* file : {"recipients", "bodies", "handover", "log"}) {
    const auto some = tests::read_transcripts(WAYBILL_SOURCE_DIR "/tests/transcripts/" +
                                              std::string(file) + ".txt");
    out.insert(out.end(), some.begin(), some.end());
  }
  return out;
}

INSTANTIATE_TEST_SUITE_P(All, MailTranscriptTest, testing::ValuesIn(transcripts()),
                         [](const auto& one) { return tests::test_name(one.param); });

}  // namespace
}  // namespace waybill::relay

// Mail transactions, as transcripts: tests/transcripts/README.md.

#include "relay/transaction.h"

#include <gtest/gtest.h>

#include "tests/support/transcript.h"

namespace waybill::relay {
namespace {

class MailTranscriptTest : public testing::TestWithParam<tests::Transcript> {};

TEST_P(MailTranscriptTest, GoesAsItIsWritten) { tests::expect_as_written(GetParam()); }

INSTANTIATE_TEST_SUITE_P(All, MailTranscriptTest,
                         testing::ValuesIn(tests::read_transcripts({"senders", "door", "spam",
                                                                    "recipients", "bodies",
                                                                    "handover", "log"})),
                         tests::test_name);

}  // namespace
}  // namespace waybill::relay

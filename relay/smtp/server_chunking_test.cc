// BDAT (RFC 3030) as transcripts, in step whatever becomes of the chunks; see server_core_test.cc.

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "relay/smtp/server_core.h"
#include "tests/support/smtp_script.h"

namespace waybill::relay::smtp {
namespace {

using tests::SmtpPlayer;
using tests::SmtpTurn;

struct Session {
  const char* name;
  const char* script;
};

void PrintTo(const Session& session, std::ostream* out) { *out << session.name; }

// Each script begins after these, with a limit of 20 octets.
constexpr std::string_view kOpening = R"(
S: 220 mx.example ESMTP Waybill
C: HELO c
S: 250 mx.example
)";

const Session kSessions[] = {
    {"TwoChunksAreOneMessage", R"(
C: MAIL FROM:<a@a.example>
C: RCPT TO:<b@b.example>
C: BDAT 5
C: one\r\n\c
C: BDAT 6 LAST
C: .two\r\n\c
C: NOOP
D: mail <a@a.example>
D: rcpt <b@b.example>
D: body
D: end octets=11
S: 250 2.1.0 OK
S: 250 2.1.5 OK
S: 250 2.0.0 5 octets received
S: 250 2.0.0 Taken
S: 250 2.0.0 OK
)"},
    {"CrAndLfMayBePartedByAChunkEnd", R"(
C: MAIL FROM:<a@a.example>
C: RCPT TO:<b@b.example>
C: BDAT 4
C: one\r\c
C: BDAT 1
C: \n\c
C: BDAT 0 LAST
D: mail <a@a.example>
D: rcpt <b@b.example>
D: body
D: end octets=5
S: 250 2.1.0 OK
S: 250 2.1.5 OK
S: 250 2.0.0 4 octets received
S: 250 2.0.0 1 octets received
S: 250 2.0.0 Taken
)"},
    {"NothingAtAllIsAMessageToo", R"(
C: MAIL FROM:<a@a.example>
C: RCPT TO:<b@b.example>
C: BDAT 0
C: bdat 0 last
D: mail <a@a.example>
D: rcpt <b@b.example>
D: body
D: end octets=0
S: 250 2.1.0 OK
S: 250 2.1.5 OK
S: 250 2.0.0 0 octets received
S: 250 2.0.0 Taken
)"},
    {"ChunksOutOfOrderAreThrownAway", R"(
C: BDAT 6
C: QUIT\r\n\c
C: MAIL FROM:<a@a.example>
C: BDAT 6 LAST
C: QUIT\r\n\c
C: RCPT TO:<nobody@b.example>
C: BDAT 6 LAST
C: QUIT\r\n\c
C: NOOP
D: mail <a@a.example>
D: rcpt <nobody@b.example>
S: 503 5.5.1 MAIL first
S: 250 2.1.0 OK
S: 503 5.5.1 RCPT first
S: 550 5.1.1 No such user
S: 554 5.5.1 No valid recipients
S: 250 2.0.0 OK
)"},
    {"RefusedBodyIsReadInStep", R"(
C: MAIL FROM:<unwanted@a.example>
C: RCPT TO:<b@b.example>
C: BDAT 6
C: QUIT\r\n\c
C: BDAT 6 LAST
C: QUIT\r\n\c
C: NOOP
D: mail <unwanted@a.example>
D: rcpt <b@b.example>
D: body
S: 250 2.1.0 OK
S: 250 2.1.5 OK
S: 554 5.7.1 Not wanted
S: 503 5.5.1 MAIL first
S: 250 2.0.0 OK
)"},
    {"RsetBetweenChunksForgetsThem", R"(
C: MAIL FROM:<a@a.example>
C: RCPT TO:<b@b.example>
C: BDAT 5
C: one\r\n\c
C: RSET
C: BDAT 5 LAST
C: two\r\n\c
D: mail <a@a.example>
D: rcpt <b@b.example>
D: body
D: reset
S: 250 2.1.0 OK
S: 250 2.1.5 OK
S: 250 2.0.0 5 octets received
S: 250 2.0.0 OK
S: 503 5.5.1 MAIL first
)"},
    {"NothingElseBetweenChunks", R"(
C: MAIL FROM:<a@a.example>
C: RCPT TO:<b@b.example>
C: BDAT 5
C: one\r\n\c
C: DATA
C: RCPT TO:<c@b.example>
C: MAIL FROM:<>
C: NOOP
C: BDAT 0 LAST
D: mail <a@a.example>
D: rcpt <b@b.example>
D: body
D: end octets=5
S: 250 2.1.0 OK
S: 250 2.1.5 OK
S: 250 2.0.0 5 octets received
S: 503 5.5.1 The body comes by BDAT
S: 503 5.5.1 The body has begun
S: 503 5.5.1 A transaction is open
S: 250 2.0.0 OK
S: 250 2.0.0 Taken
)"},
    {"BareCrInAChunkEndsTheMessageThere", R"(
C: MAIL FROM:<a@a.example>
C: RCPT TO:<b@b.example>
C: BDAT 9
C: on\re\r\n.\r\n\c
C: BDAT 5 LAST
C: two\r\n\c
D: mail <a@a.example>
D: rcpt <b@b.example>
D: body
D: end octets=2 bare_line_end
S: 250 2.1.0 OK
S: 250 2.1.5 OK
S: 554 5.6.0 Bare CR or LF
S: 503 5.5.1 MAIL first
)"},
    {"CrAtTheVeryEndIsBare", R"(
C: MAIL FROM:<a@a.example>
C: RCPT TO:<b@b.example>
C: BDAT 4 LAST
C: one\r\c
C: NOOP
D: mail <a@a.example>
D: rcpt <b@b.example>
D: body
D: end octets=3 bare_line_end
S: 250 2.1.0 OK
S: 250 2.1.5 OK
S: 554 5.6.0 Bare CR or LF
S: 250 2.0.0 OK
)"},
    {"AboveTheLimit", R"(
C: MAIL FROM:<a@a.example>
C: RCPT TO:<b@b.example>
C: BDAT 15
C: 123456789abcdef\c
C: BDAT 6
C: 123456\c
C: BDAT 1 LAST
C: 1\c
C: NOOP
D: mail <a@a.example>
D: rcpt <b@b.example>
D: body
D: end octets=20 too_large
S: 250 2.1.0 OK
S: 250 2.1.5 OK
S: 250 2.0.0 15 octets received
S: 552 5.3.4 Too large
S: 503 5.5.1 MAIL first
S: 250 2.0.0 OK
)"},
    {"SizeBeyondAllMeasureIsRefusedAndEndsTheSession", R"(
C: MAIL FROM:<a@a.example>
C: RCPT TO:<b@b.example>
C: BDAT 99999999999999999999999 LAST
C: NOOP
D: mail <a@a.example>
D: rcpt <b@b.example>
D: body
D: end octets=0 too_large
D: hangup
S: 250 2.1.0 OK
S: 250 2.1.5 OK
S: 552 5.3.4 Too large
)"},
    {"SizeBeyondAllMeasureOutOfOrder", R"(
C: BDAT 9223372036854775808
C: NOOP
D: hangup
S: 503 5.5.1 MAIL first
)"},
    {"NoSizeEndsTheSession", R"(
C: MAIL FROM:<a@a.example>
C: RCPT TO:<b@b.example>
C: BDAT -1 LAST
C: NOOP
D: mail <a@a.example>
D: rcpt <b@b.example>
D: hangup
S: 250 2.1.0 OK
S: 250 2.1.5 OK
S: 501 5.5.4 Syntax: BDAT size [LAST]
)"},
    {"BrokenLineThatHidesASizeEndsTheSession", R"(
C: BDAT 6\n
C: QUIT
D: hangup
S: 500 5.5.2 Lines end in CR LF, not in LF alone
)"},
};

class ChunkingSession : public testing::TestWithParam<Session> {
 protected:
  SmtpPlayer player() const { return SmtpPlayer({.max_message_octets = 20}); }
  const std::vector<SmtpTurn> turns_ =
      tests::read_script(std::string(kOpening) + GetParam().script);
};

TEST_P(ChunkingSession, IsAnsweredAsWritten) { expect_script(turns_, player()); }

TEST_P(ChunkingSession, IsTheSameOctetByOctet) { expect_script_cut(turns_, player(), 0); }

TEST_P(ChunkingSession, IsTheSameCutAtEveryPosition) {
  std::size_t longest = 0;
  for (const SmtpTurn& turn : turns_) longest = std::max(longest, turn.sent.size());
  for (std::size_t at = 1; at < longest && !HasFailure(); ++at) {
    expect_script_cut(turns_, player(), at);
  }
}

INSTANTIATE_TEST_SUITE_P(Sessions, ChunkingSession, testing::ValuesIn(kSessions),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(ServerChunkingTest, TooManyChunksWithoutATransactionEndTheSession) {
  SmtpPlayer player;
  for (int i = 0; i < kMaxIdleCommands; ++i) {
    EXPECT_EQ(player.say("BDAT 1\r\nx"), "503 5.5.1 MAIL first\r\n");
  }
  EXPECT_EQ(player.say("BDAT 1\r\nx"), "421 4.7.0 Too many commands without mail\r\n");
}

}  // namespace
}  // namespace waybill::relay::smtp

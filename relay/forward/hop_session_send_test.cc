// What becomes of a message once its recipient was taken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relay/forward/hop_session.h"
#include "relay/policy/limits.h"
#include "runtime/clock.h"
#include "tests/support/hop_session_world.h"

namespace waybill::relay::forward {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using runtime::Errc;
using testing::Not;
using tests::HopScript;
using tests::kHangUp;
using tests::kPipelining;
using tests::kPlain;
using tests::kSilence;
using tests::kTrace;
using tests::with;

class HopSessionSendTest : public testing::Test, public tests::HopSessionWorld {};

struct StepCase {
  const char* step;
  std::string says;
  std::string outcome;
  bool usable = false;
};

TEST_F(HopSessionSendTest, AMessageGoesBehindItsTraceWithItsDotsStuffed) {
  for (const HopScript& script : {kPlain, kPipelining}) {
    ready(script);
    EXPECT_EQ(send(), "accepted body 250");
    EXPECT_EQ(answer_.by, HopAnswer::By::next_hop);
    EXPECT_EQ(answer_.reply.text, "taken");
    EXPECT_EQ(hops_.bodies().back(), kTrace + tests::kText);
    EXPECT_THAT(hops_.body_octets(), testing::HasSubstr("\r\n..hello\r\n.\r\n"));
    EXPECT_TRUE(session_->fit_for_reuse());
  }
}

TEST_F(HopSessionSendTest, ALargeMessageComesWhole) {
  std::string large;
  while (large.size() < 1 << 20) large += ".a line of it\r\nanother\r\n";
  ready(kPlain);
  EXPECT_EQ(send(large), "accepted body 250");
  EXPECT_TRUE(hops_.bodies().back() == kTrace + large);
}

TEST_F(HopSessionSendTest, EachAnswerToDataAndTheBodyHasItsOutcome) {
  const std::string endless(70'000, 'x');
  const StepCase cases[] = {
      {"DATA", "354 go on", "accepted body 250", true},
      {"DATA", "354-go\r\n354 on", "accepted body 250", true},
      {"DATA", "421 4.3.2 busy" + kHangUp, "deferred DATA 421"},
      {"DATA", "451 4.3.0 later", "deferred DATA 451", true},
      {"DATA", "503 5.5.1 RCPT first", "refused DATA 503", true},
      {"DATA", "554 5.5.1 no valid recipients", "refused DATA 554", true},
      {"DATA", "250 ok", "deferred DATA 451 connection-lost"},
      {"DATA", "334 what", "deferred DATA 451 connection-lost"},
      {"DATA", kSilence, "deferred DATA 451 connection-lost"},
      {"DATA", kHangUp, "deferred DATA 451 connection-lost"},
      {"DATA", "go on", "deferred DATA 451 connection-lost"},
      {"DATA", "354 " + endless, "deferred DATA 451 connection-lost"},
      {"body", "250-2.0.0 two\r\n250 2.0.0 lines", "accepted body 250", true},
      {"body", "252 2.0.0 ok", "accepted body 252", true},
      {"body", "421 4.3.2 busy" + kHangUp, "deferred body 421"},
      {"body", "452 4.3.1 full", "deferred body 452", true},
      {"body", "554 5.7.1 spam", "refused body 554", true},
      {"body", "552-5.3.4 too\r\n552 5.3.4 large", "refused body 552", true},
      {"body", kSilence, "in_doubt body 451 connection-lost"},
      {"body", "250-unfinished", "in_doubt body 451 connection-lost"},
      {"body", "250-unfinished" + kHangUp, "in_doubt body 451 connection-lost"},
      {"body", "554-unfinished" + kHangUp, "in_doubt body 451 connection-lost"},
      {"body", kHangUp, "in_doubt body 451 connection-lost"},
      {"body", "queued", "in_doubt body 451 connection-lost"},
      {"body", "250 " + endless, "in_doubt body 451 connection-lost"},
      {"body", "250-codes\r\n550 differ", "refused body 550", true},
      {"body", "354 go on", "in_doubt body 451 connection-lost"},
      {"body", "150 wait", "in_doubt body 451 connection-lost"},
  };
  for (const auto& c : cases) {
    for (const HopScript& script : {kPlain, kPipelining}) {
      SCOPED_TRACE(testing::Message() << c.step << ": " << c.says.substr(0, 40));
      ready(with(script, c.step, c.says));
      EXPECT_EQ(send(), c.outcome);
      EXPECT_EQ(session_->unusable(), !c.usable);
      EXPECT_EQ(answer_.by == HopAnswer::By::relay, answer_.rule == policy::Rule::connection_lost);
      EXPECT_FALSE(answer_.hop);
    }
  }
}

TEST_F(HopSessionSendTest, AReplyTooManyIsNeverTakenForALaterOne) {
  const struct {
    const char* step;
    std::string says;
    std::string outcome;
  } cases[] = {
      {"RCPT", "250 ok\r\n354 go on", "deferred DATA 451 connection-lost"},
      {"RCPT", "250 ok\r\n554 no", "deferred DATA 451 connection-lost"},
      {"RCPT", "250 ok\r\n3", "deferred DATA 451 connection-lost"},
      // An acceptance before the message was there.
      {"DATA", "354 go on\r\n250 taken", "deferred body 451 connection-lost"},
      {"octets", "250 taken", "deferred body 451 connection-lost"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.step << ": " << c.says);
    ready(with(kPlain, c.step, c.says));
    const std::string large(100'000, 'x');
    EXPECT_EQ(send(large), c.outcome);
    EXPECT_TRUE(session_->unusable());
    EXPECT_TRUE(hops_.bodies().empty());
  }
}

TEST_F(HopSessionSendTest, EveryWaitEndsAtItsDeadline) {
  const struct {
    const char* step;
    std::string says;
    std::string outcome;
    runtime::Duration patience;
    runtime::Duration waited;
  } cases[] = {
      {"DATA", kSilence, "deferred DATA 451 connection-lost", 10min, kDataCommandTimeout},
      {"DATA", kSilence, "deferred DATA 451 connection-lost", 20s, 20s},
      // Somebody who reads no more gives us up while the message is not whole.
      {"DATA", "354 go on" + tests::kStall, "deferred body 451 connection-lost", 10min,
       kBodyPieceTimeout + 2s},
      {"DATA", "354 go on" + tests::kStall, "deferred body 451 connection-lost", 20s, 20s},
      {"body", kSilence, "in_doubt body 451 connection-lost", 10min, 10min},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.step << ": " << c.says);
    ready(with(kPlain, c.step, c.says));
    const auto begun = clock_.now();
    EXPECT_EQ(send(std::string(100'000, 'x') + "\r\n", c.patience), c.outcome);
    EXPECT_EQ(clock_.now() - begun, c.waited);
    EXPECT_TRUE(session_->unusable());
  }
}

TEST_F(HopSessionSendTest, TheEndThatCannotBeWrittenIsInDoubtOnlyIfItMayHaveGone) {
  ready(with(kPlain, "DATA", "354 go on" + tests::kStall));
  // All of it is in the last write, which nobody reads: the kernel may have sent it.
  EXPECT_EQ(send(), "in_doubt body 451 connection-lost");
  EXPECT_TRUE(session_->unusable());
}

TEST_F(HopSessionSendTest, ARefusalInTheMiddleOfTheBodyIsHeard) {
  const struct {
    std::string says;
    std::string outcome;
    runtime::Duration waited;
  } cases[] = {
      {"552 5.3.4 too large" + kHangUp, "refused body 552", 0s},
      {"451 4.3.0 disk full" + kHangUp, "deferred body 451", 0s},
      {"421 4.3.2 going down" + kHangUp, "deferred body 421", 0s},
      {"250 2.0.0 taken" + kHangUp, "deferred body 451 connection-lost", 0s},
      {"nonsense" + kHangUp, "deferred body 451 connection-lost", 0s},
      {kHangUp, "deferred body 451 connection-lost", 0s},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.says);
    ready(with(kPlain, "octets", c.says));
    const auto begun = clock_.now();
    EXPECT_EQ(send(std::string(300'000, 'x')), c.outcome);
    EXPECT_EQ(clock_.now() - begun, c.waited);
    EXPECT_TRUE(session_->unusable());
    EXPECT_TRUE(hops_.bodies().empty());
  }
}

TEST_F(HopSessionSendTest, AServerGoneWhileWeWaitForClearanceIsNotInDoubt) {
  const std::string outcomes[] = {"refused body 552", "deferred body 451 connection-lost"};
  for (const std::string& outcome : outcomes) {
    ready(kPlain);
    clearance_.when_asked = [&] {
      if (outcome == outcomes[0]) hops_.speak("552 5.3.4 no room\r\n");
      hops_.hang_up();
    };
    EXPECT_EQ(send(), outcome);
    EXPECT_TRUE(session_->unusable());
    EXPECT_TRUE(hops_.bodies().empty());
  }
}

TEST_F(HopSessionSendTest, TheLastOctetsWaitForClearance) {
  const std::size_t sizes[] = {0, 10, 60'000, 65'536, 70'000, 500'000};
  for (const std::size_t size : sizes) {
    SCOPED_TRACE(size);
    ready(kPlain);
    const std::string text = std::string(size, 'x') + "\r\n";
    const std::size_t before = hops_.body_octets().size();
    clearance_.takes = 3s;
    clearance_.when_asked = [&] {
      const std::size_t sent = hops_.body_octets().size() - before;
      EXPECT_LT(sent, kTrace.size() + text.size());
      // The rest is already with the next hop.
      EXPECT_GE(sent + (64 << 10), kTrace.size() + text.size());
      EXPECT_EQ(hops_.bodies().size(), 0u);
    };
    const auto begun = clock_.now();
    EXPECT_EQ(send(text), "accepted body 250");
    EXPECT_EQ(clock_.now() - begun, 3s);
    EXPECT_EQ(clearance_.asked, 1);
    clearance_.asked = 0;
    EXPECT_TRUE(hops_.bodies().back() == kTrace + text);
    hops_.forget_bodies();
  }
}

TEST_F(HopSessionSendTest, WithoutClearanceTheConnectionEndsBeforeTheEnd) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{500'000}}) {
    SCOPED_TRACE(size);
    ready(kPlain);
    clearance_.refusal = Errc::fenced;
    const std::string text = std::string(size, 'x') + "\r\n";
    EXPECT_EQ(send(text), "deferred body 451 connection-lost");
    EXPECT_TRUE(session_->unusable());
    EXPECT_TRUE(hops_.bodies().empty());
    EXPECT_THAT(hops_.body_octets(), Not(testing::HasSubstr("\r\n.\r\n")));
    // At once, not when the session goes away.
    EXPECT_EQ(hops_.heard().back(), "close");
  }
}

TEST_F(HopSessionSendTest, ClearanceIsAskedForOnlyOnceTheNextHopWaitsForTheEnd) {
  const HopScript scripts[] = {
      {{"DATA", "554 no"}},
      {{"DATA", "451 later"}},
      {{"DATA", kHangUp}},
      {{"DATA", "250 what"}},
      {{"octets", "552 too large" + kHangUp}},
      {{"octets", kHangUp}},
  };
  for (const HopScript& script : scripts) {
    ready(script);
    send(std::string(1'000'000, 'x'));
    EXPECT_EQ(clearance_.asked, 0) << script.begin()->second;
  }
}

TEST_F(HopSessionSendTest, OctetsThatNoServerCanBeTrustedWithAreNotSentToTheEnd) {
  const std::string texts[] = {"a\nb\r\n",      "a\rb\r\n", "x\r\n.\n\r\n",
                               "a\r\n\0.\r\n"s, "a\r",      std::string(300'000, 'x') + "\n.\n"};
  for (const std::string& text : texts) {
    ready(kPlain);
    EXPECT_EQ(send(text), "refused body 550 unsafe-octets");
    EXPECT_EQ(answer_.by, HopAnswer::By::policy);
    EXPECT_EQ(hops_.heard().back(), "close");
    EXPECT_TRUE(hops_.bodies().empty());
    EXPECT_EQ(clearance_.asked, 0);
  }
}

}  // namespace
}  // namespace waybill::relay::forward

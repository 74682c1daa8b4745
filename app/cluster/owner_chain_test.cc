#include "app/cluster/owner_chain.h"

#include <gtest/gtest.h>

#include "tests/support/http_world.h"

namespace waybill::app {
namespace {

using runtime::Errc;
using runtime::HttpAnswer;
using runtime::Instant;
using runtime::Result;
using std::chrono::milliseconds;
using std::chrono::seconds;

class OwnerChainTest : public testing::Test {
 protected:
  OwnerChain chain(const std::string& names) {
    std::vector<ingest::NodeState> owners;
    for (const char name : names) owners.emplace_back().set_node(std::string(1, name));
    return OwnerChain(
        silent_, clock_, std::move(owners),
        [](const ingest::NodeState& owner, Instant) {
          runtime::HttpRequest request;
          request.base = owner.node();
          return request;
        },
        [](const ingest::NodeState&, const Result<HttpAnswer>& answer) {
          return answer && answer->status == 200;
        });
  }

  // Who is asked next, and for how long.
  std::string next(OwnerChain& chain, Instant deadline) {
    const auto step = chain.next(deadline);
    if (!step) return "nobody";
    const auto share = std::chrono::duration_cast<milliseconds>(step->until - clock_.now());
    return step->request.base + " " + std::to_string(share.count());
  }
  Instant in(milliseconds time) const { return clock_.now() + time; }
  static Result<HttpAnswer> status(unsigned code) {
    HttpAnswer answer;
    answer.status = code;
    return answer;
  }
  static Result<HttpAnswer> nothing() { return make_error_code(Errc::timeout); }

  // A question to that node alone, asked now and never answered.
  void no_answer_from(const std::string& name) {
    OwnerChain lone = chain(name);
    ASSERT_NE(next(lone, in(seconds(1))), "nobody");
    lone.take(nothing());
  }

  tests::StillClock clock_;
  SilentNodes silent_{clock_};
};

TEST_F(OwnerChainTest, AsksTheNextOwnerWithinTheSameDeadline) {
  OwnerChain asked = chain("abc");
  const Instant deadline = in(seconds(3));
  EXPECT_EQ(next(asked, deadline), "a 1000");
  clock_.move(seconds(1));
  asked.take(nothing());
  EXPECT_EQ(next(asked, deadline), "b 1000");
  asked.take(status(503));
  EXPECT_EQ(next(asked, deadline), "c 2000");
  asked.take(status(200));
  EXPECT_EQ(next(asked, deadline), "nobody");
}

TEST_F(OwnerChainTest, WaitsForASilentOwnerNoLongerThanItsPatienceWhereAnotherIsLeft) {
  OwnerChain asked = chain("ab");
  EXPECT_EQ(next(asked, in(seconds(10))), "a 2000");
}

TEST_F(OwnerChainTest, AsksNobodyPastTheDeadline) {
  OwnerChain asked = chain("ab");
  const Instant deadline = in(seconds(1));
  ASSERT_EQ(next(asked, deadline), "a 500");
  clock_.move(seconds(1));
  asked.take(nothing());
  EXPECT_EQ(next(asked, deadline), "nobody");
}

TEST_F(OwnerChainTest, RemembersForSomeSecondsWhoWasSilentAndAsksHimLast) {
  no_answer_from("a");
  OwnerChain soon = chain("ab");
  EXPECT_EQ(next(soon, in(seconds(2))), "b 1000");
  soon.take(status(503));
  EXPECT_EQ(next(soon, in(seconds(2))), "a 2000");
  soon.take(nothing());
  clock_.move(SilentNodes::kSilenceKept);
  OwnerChain later = chain("ab");
  EXPECT_EQ(next(later, in(seconds(2))), "a 1000");
}

TEST_F(OwnerChainTest, LetsOneQuestionAtATimeThroughToASilentOwner) {
  no_answer_from("a");
  OwnerChain first = chain("a");
  OwnerChain second = chain("a");
  EXPECT_EQ(next(first, in(seconds(2))), "a 2000");
  EXPECT_EQ(next(second, in(seconds(2))), "nobody");
  first.take(status(200));
  OwnerChain third = chain("a");
  EXPECT_EQ(next(third, in(seconds(2))), "a 2000");
  OwnerChain fourth = chain("a");
  EXPECT_EQ(next(fourth, in(seconds(2))), "a 2000");
}

TEST_F(OwnerChainTest, AQuestionThatTakesTooLongDoesNotSilenceAnOwnerThatAnswersOthers) {
  OwnerChain slow = chain("ab");
  ASSERT_EQ(next(slow, in(seconds(2))), "a 1000");
  clock_.move(milliseconds(500));
  OwnerChain quick = chain("a");
  ASSERT_NE(next(quick, in(seconds(2))), "nobody");
  quick.take(status(200));
  clock_.move(milliseconds(500));
  slow.take(nothing());
  EXPECT_FALSE(silent_.silent("a"));
}

TEST_F(OwnerChainTest, AnAnswerThatIsTooLargeIsNoSilence) {
  OwnerChain asked = chain("ab");
  ASSERT_EQ(next(asked, in(seconds(2))), "a 1000");
  asked.take(make_error_code(Errc::limit_exceeded));
  EXPECT_FALSE(silent_.silent("a"));
  EXPECT_EQ(next(asked, in(seconds(2))), "b 2000");
}

}  // namespace
}  // namespace waybill::app

#include "app/cluster/ends_chain.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/support/http_world.h"

namespace waybill::app {
namespace {

using runtime::Instant;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Partitions = std::vector<std::uint32_t>;

class EndsChainTest : public testing::Test {
 protected:
  EndsChainTest() {
    round_.until = clock_.now() + EndsChain::kWait;
    round_.stopping = [this] { return stopping_; };
    round_.request = [](const ingest::NodeState& owner, const std::string& target,
                        const Partitions&) {
      runtime::HttpRequest request;
      request.base = owner.node();
      request.target = target;
      return request;
    };
  }
  EndsChain& chain(const std::string& names, Partitions partitions) {
    std::vector<ingest::NodeState> owners;
    for (const char name : names) owners.emplace_back().set_node(std::string(1, name));
    chains_.push_back(
        std::make_unique<EndsChain>(round_, std::move(owners), std::move(partitions)));
    round_.chains.push_back(chains_.back().get());
    return *chains_.back();
  }
  // Who is asked what, and for how long; "nobody".
  std::string next(EndsChain& chain) {
    const auto step = chain.next(Instant::max());
    if (!step) return "nobody";
    const auto within = std::chrono::duration_cast<milliseconds>(step->until - clock_.now());
    return step->request.base + " " + step->request.target + " " + std::to_string(within.count());
  }
  static void answer(EndsChain& chain, const std::string& shares, unsigned status = 200) {
    runtime::HttpAnswer said;
    said.status = status;
    said.body = "{\"partitions\":[" + shares + "]}";
    chain.take(said);
  }
  static void no_answer(EndsChain& chain) {
    chain.take(make_error_code(runtime::Errc::unreachable));
  }
  std::string missing() const {
    std::string out;
    for (const std::uint32_t one : ends_.missing()) out += std::to_string(one);
    return out;
  }

  tests::StillClock clock_;
  SilentNodes silent_{clock_};
  query::feed::PeerEnds ends_{{1, 2, 3}, clock_};
  EndsChain::KnownEnds known_;
  bool stopping_ = false;
  EndsChain::Round round_{silent_, clock_, ends_, known_, seconds(2)};
  std::vector<std::unique_ptr<EndsChain>> chains_;
};

constexpr char kEndsOfTwo[] = R"({"partition":1,"end":7,"lag":0},{"partition":2,"end":0,"lag":3})";

TEST_F(EndsChainTest, AsksAtOnceWhatIsNotKnownAndThenForNews) {
  EndsChain& a = chain("a", {1, 2});
  EXPECT_EQ(next(a), "a /v1/feed/ends?wait=1000 3000");
  answer(a, kEndsOfTwo);
  EXPECT_EQ(missing(), "3");
  EXPECT_EQ(ends_.end(1).index(), schemas::EventIndex(7));
  EXPECT_EQ(ends_.state(2).lag, 3U);
  EXPECT_EQ(ends_.state(1).owner, "a");
  clock_.move(milliseconds(400));
  EXPECT_EQ(next(a), "a /v1/feed/ends?wait=600&known=1.7,2.0 2600");
  clock_.move(milliseconds(600));
  answer(a, kEndsOfTwo);
  EXPECT_EQ(next(a), "nobody") << "the round is over";
  round_.until = clock_.now() + EndsChain::kWait;
  EXPECT_EQ(next(chain("a", {1, 2})), "a /v1/feed/ends?wait=1000&known=1.7,2.0 3000");
}

TEST_F(EndsChainTest, AnotherOwnerIsAskedAtOnceAndOfNothingThatItDidNotSay) {
  EndsChain& a = chain("ab", {1});
  next(a);
  answer(a, R"({"partition":1,"end":7})");
  next(a);
  no_answer(a);
  EXPECT_EQ(next(a), "b /v1/feed/ends?wait=1000 3000");
  answer(a, R"({"partition":1,"end":5})");
  EXPECT_EQ(ends_.end(1).index(), schemas::EventIndex(5));
  EXPECT_EQ(ends_.state(1).owner, "b");
  EXPECT_TRUE(silent_.silent("a"));
}

TEST_F(EndsChainTest, WhereNoOwnerAnswersItsPartitionsAreLost) {
  ends_.learned(1, schemas::EventIndex(7), 0, "a");
  ends_.learned(2, schemas::EventIndex(7), 0, "a");
  EndsChain& a = chain("ab", {1, 2});
  next(a);
  no_answer(a);
  next(a);
  answer(a, "", 404);  // of the release before
  EXPECT_EQ(next(a), "nobody");
  EXPECT_EQ(missing(), "123");
  EXPECT_FALSE(silent_.silent("b")) << "it is there, all the same";
}

TEST_F(EndsChainTest, OfWhatAnOwnerDoesNotSpeakIsLost) {
  ends_.learned(2, schemas::EventIndex(7), 0, "a");
  EndsChain& a = chain("a", {1, 2});
  next(a);
  answer(a, R"({"partition":1,"end":7})");
  EXPECT_EQ(missing(), "23");
}

TEST_F(EndsChainTest, WhatAReaderFoundLostIsAskedForAtOnce) {
  EndsChain& a = chain("a", {1, 2});
  next(a);
  answer(a, kEndsOfTwo);
  ends_.lost(1);
  EXPECT_EQ(next(a), "a /v1/feed/ends?wait=1000&known=2.0 3000");
}

TEST_F(EndsChainTest, GoesOnBehindItsRoundWhileAnotherNodeIsLate) {
  EndsChain& a = chain("a", {1});
  EndsChain& frozen = chain("f", {2});
  next(a);
  next(frozen);
  answer(a, R"({"partition":1,"end":7})");
  clock_.move(EndsChain::kWait);
  EXPECT_EQ(next(a), "a /v1/feed/ends?wait=200&known=1.7 2200");
  answer(a, R"({"partition":1,"end":8})");
  EXPECT_EQ(ends_.end(1).index(), schemas::EventIndex(8));
  next(a);
  no_answer(frozen);
  EXPECT_EQ(next(frozen), "nobody");
  EXPECT_EQ(missing(), "23");
  answer(a, R"({"partition":1,"end":8})");
  EXPECT_EQ(next(a), "nobody");
}

// Else two that are well would go on for each other for ever.
TEST_F(EndsChainTest, AQuestionBehindTheEndOfTheRoundHoldsUpNobody) {
  EndsChain& a = chain("a", {1});
  EndsChain& b = chain("b", {2});
  next(a);
  next(b);
  answer(a, R"({"partition":1,"end":7})");
  clock_.move(EndsChain::kWait);
  EXPECT_NE(next(a), "nobody");
  answer(b, R"({"partition":2,"end":7})");
  EXPECT_EQ(next(b), "nobody");
}

TEST_F(EndsChainTest, AnOwnerIsLookedForBehindTheEndOfTheRoundToo) {
  EndsChain& a = chain("ab", {1});
  next(a);
  clock_.move(EndsChain::kWait + seconds(2));
  no_answer(a);
  EXPECT_EQ(next(a), "b /v1/feed/ends?wait=200 2200");
  no_answer(a);
  EXPECT_EQ(next(a), "nobody");
  EXPECT_EQ(missing(), "123");
}

TEST_F(EndsChainTest, StopsWhereItsNodeDoes) {
  EndsChain& a = chain("a", {1});
  stopping_ = true;
  EXPECT_EQ(next(a), "nobody");
}

TEST_F(EndsChainTest, AnAnswerThatIsNoneIsNotTaken) {
  EndsChain& a = chain("a", {1});
  for (const char* const text : {"7", R"({"partition":9,"end":1})", R"({"partition":1})", ""}) {
    EndsChain& one = chain("a", {1});
    next(one);
    answer(one, text);
    EXPECT_EQ(missing(), "123") << text;
    EXPECT_EQ(next(one), "nobody") << text;
  }
  next(a);
  a.take(make_error_code(runtime::Errc::limit_exceeded));
  EXPECT_EQ(next(a), "nobody");
  EXPECT_FALSE(silent_.silent("a"));
}

}  // namespace
}  // namespace waybill::app

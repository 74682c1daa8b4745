#include "relay/forward/hop_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "relay/policy/limits.h"
#include "runtime/clock.h"
#include "tests/support/hop_world.h"

namespace waybill::relay::forward {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using tests::HopScript;

class HopPoolTest : public testing::Test, public tests::HopWorld {
 protected:
  // An open session with a hop at `at`, its hop talking by `script`.
  std::unique_ptr<HopSession> session(const std::string& at, const HopScript& script = {}) {
    hops_.listen(at, {script});
    auto connection = run(hops_.dial(tests::endpoint(at), in(1min)));
    auto out = std::make_unique<HopSession>(std::move(connection.value()), clock_);
    EXPECT_EQ(tests::words(run(out->open("relay.test", in(1min)))), "EHLO 250");
    hops_.take_heard();
    return out;
  }

  // From that address of ours.
  std::unique_ptr<HopSession> take_from(const char* source) {
    return pool_.take(tests::endpoint(kHop), {}, runtime::ip_of(source));
  }

  std::unique_ptr<HopSession> take(const std::string& at = kHop) {
    return pool_.take(tests::endpoint(at));
  }

  // QUITs that were said since last asked.
  long quits() {
    settle();
    const auto heard = hops_.take_heard();
    return std::count(heard.begin(), heard.end(), "QUIT");
  }
};

TEST_F(HopPoolTest, ASessionIsTakenByTheAddressThatItLeftFromOnly) {
  auto given = session(kHop);
  given->left_from(runtime::ip_of("192.0.2.10"));
  pool_.give_back(std::move(given));
  EXPECT_EQ(take(), nullptr);
  EXPECT_EQ(take_from("192.0.2.11"), nullptr);
  EXPECT_NE(take_from("192.0.2.10"), nullptr);
  pool_.give_back(session(kHop));
  EXPECT_EQ(take_from("192.0.2.10"), nullptr);
  EXPECT_NE(take(), nullptr);
}

TEST_F(HopPoolTest, ASessionIsTakenOnceAndByItsEndpointOnly) {
  EXPECT_EQ(take(), nullptr);
  auto given = session(kHop);
  const HopSession* const same = given.get();
  pool_.give_back(std::move(given));
  EXPECT_EQ(pool_.size(), 1u);
  EXPECT_EQ(take("192.0.2.1:2525"), nullptr);
  EXPECT_EQ(take("192.0.2.2:25"), nullptr);
  EXPECT_EQ(take().get(), same);
  EXPECT_EQ(pool_.size(), 0u);
  EXPECT_EQ(take(), nullptr);
}

TEST_F(HopPoolTest, TheNewestIsTakenFirst) {
  auto older = session(kHop);
  auto newer = session(kHop);
  const HopSession* const first = newer.get();
  const HopSession* const second = older.get();
  pool_.give_back(std::move(older));
  pool_.give_back(std::move(newer));
  const auto one = take();
  const auto two = take();
  EXPECT_EQ(one.get(), first);
  EXPECT_EQ(two.get(), second);
}

TEST_F(HopPoolTest, ASessionIdleForItsLifeIsNotTakenAndSaysQuit) {
  const struct {
    runtime::Duration idle;
    bool taken;
  } cases[] = {
      {0s, true},
      {kIdleConnectionLife - 1ns, true},
      {kIdleConnectionLife, false},
      {kIdleConnectionLife + 1h, false},
  };
  for (const auto& c : cases) {
    pool_.give_back(session(kHop));
    pass(c.idle);
    EXPECT_EQ(take() != nullptr, c.taken) << c.idle.count();
    EXPECT_EQ(pool_.size(), 0u);
    EXPECT_EQ(quits(), c.taken ? 0 : 1);
  }
}

TEST_F(HopPoolTest, TheTimeInUseIsNotIdle) {
  auto used = session(kHop);
  pass(1h);
  pool_.give_back(std::move(used));
  EXPECT_NE(take(), nullptr);
}

TEST_F(HopPoolTest, ASessionWhosePeerClosedOrSpokeIsNotTaken) {
  pool_.give_back(session(kHop));
  hops_.hang_up();
  EXPECT_EQ(take(), nullptr);
  pool_.give_back(session(kHop));
  hops_.speak("421 4.4.2 idle for too long\r\n");
  EXPECT_EQ(take(), nullptr);
  EXPECT_EQ(pool_.size(), 0u);
}

TEST_F(HopPoolTest, BehindAnUnfitSessionAFitOneIsFound) {
  auto fit = session(kHop);
  const HopSession* const same = fit.get();
  auto closed = session(kHop);
  pool_.give_back(std::move(fit));
  pool_.give_back(std::move(closed));
  hops_.hang_up_last();
  EXPECT_EQ(take().get(), same);
  EXPECT_EQ(pool_.size(), 0u);
}

TEST_F(HopPoolTest, AnUnusableSessionIsDroppedWithoutAWord) {
  auto lost = session(kHop, {{"MAIL", "421 4.3.2 going down"}});
  run(lost->begin(tests::mail_from("ann@e.test"), tests::rcpt_to("bob@h.test"), in(1min)));
  ASSERT_TRUE(lost->unusable());
  pool_.give_back(std::move(lost));
  EXPECT_EQ(pool_.size(), 0u);
  EXPECT_EQ(quits(), 0);
}

TEST_F(HopPoolTest, ASessionIsWornAfterSoManyTransactions) {
  auto used = session(kHop);
  for (int i = 1; i <= kMessagesPerConnection; ++i) {
    run(used->begin(tests::mail_from("ann@e.test"), tests::rcpt_to("bob@h.test"), in(1min)));
    pool_.give_back(std::move(used));
    used = take();
    ASSERT_EQ(used != nullptr, i < kMessagesPerConnection) << i;
  }
  EXPECT_EQ(quits(), 1);
}

TEST_F(HopPoolTest, OneHopHasSoManyIdleSessionsAtMost) {
  std::vector<std::unique_ptr<HopSession>> all;
  for (std::size_t i = 0; i < kIdleConnectionsPerHop + 3; ++i) all.push_back(session(kHop));
  for (auto& one : all) pool_.give_back(std::move(one));
  EXPECT_EQ(pool_.size(), kIdleConnectionsPerHop);
  EXPECT_EQ(quits(), 3);
  pool_.give_back(session("192.0.2.2:25"));
  EXPECT_EQ(pool_.size(), kIdleConnectionsPerHop + 1) << "another hop has its own";
}

TEST_F(HopPoolTest, AllHopsTogetherHaveSoManyIdleSessionsAtMost) {
  for (std::size_t i = 0; i < kIdleConnections + 5; ++i) {
    pool_.give_back(session("192.0.2.1:" + std::to_string(1000 + i)));
  }
  EXPECT_EQ(pool_.size(), kIdleConnections);
  EXPECT_NE(take("192.0.2.1:1000"), nullptr);
  pool_.give_back(session("192.0.2.2:25"));
  EXPECT_EQ(pool_.size(), kIdleConnections);
}

TEST_F(HopPoolTest, TheOneThatIsIdleLongestMakesRoom) {
  EXPECT_FALSE(pool_.make_room());
  pool_.give_back(session("192.0.2.2:25"));
  pass(1s);
  pool_.give_back(session(kHop));
  EXPECT_TRUE(pool_.make_room());
  EXPECT_EQ(quits(), 1);
  EXPECT_EQ(pool_.size(), 1u);
  EXPECT_EQ(take("192.0.2.2:25"), nullptr);
  EXPECT_NE(take(), nullptr);
}

TEST_F(HopPoolTest, SweepingEndsTheOldAndKeepsTheYoung) {
  pool_.give_back(session(kHop));
  pool_.give_back(session("192.0.2.2:25"));
  pass(kIdleConnectionLife / 2);
  auto young = session(kHop);
  const HopSession* const same = young.get();
  pool_.give_back(std::move(young));
  pool_.sweep();
  EXPECT_EQ(pool_.size(), 3u);
  pass(kIdleConnectionLife / 2);
  pool_.sweep();
  EXPECT_EQ(pool_.size(), 1u);
  EXPECT_EQ(quits(), 2);
  EXPECT_EQ(take().get(), same);
  pool_.sweep();
  EXPECT_EQ(pool_.size(), 0u);
}

TEST_F(HopPoolTest, ClearingDropsAllAtOnce) {
  pool_.give_back(session(kHop));
  pool_.give_back(session("192.0.2.2:25"));
  pool_.clear();
  EXPECT_EQ(pool_.size(), 0u);
  EXPECT_EQ(take(), nullptr);
  EXPECT_THAT(hops_.heard(), Contains("close").Times(2));
  EXPECT_EQ(quits(), 0);
}

TEST_F(HopPoolTest, AHopThatReadsNoMoreHoldsUpItsQuitForAMomentOnly) {
  pool_.give_back(session(kHop, {{"EHLO", "250 mx.test" + tests::kStall}}));
  pass(kIdleConnectionLife);
  const auto begun = clock_.now();
  pool_.sweep();
  EXPECT_EQ(quits(), 0);
  EXPECT_EQ(clock_.now() - begun, kQuitTimeout);
}

}  // namespace
}  // namespace waybill::relay::forward

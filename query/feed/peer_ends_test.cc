#include "query/feed/peer_ends.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

#include "tests/support/http_world.h"
#include "tests/support/ordinals.h"

namespace waybill::query::feed {

using namespace schemas::ordinal_literals;

namespace {

using Numbers = std::vector<std::uint32_t>;

class PeerEndsTest : public testing::Test {
 protected:
  tests::StillClock clock_;
  PeerEnds ends_{{1, 4}, clock_};
};

TEST_F(PeerEndsTest, NothingIsInReachUntilSomebodyHasAnswered) {
  EXPECT_EQ(ends_.missing(), (Numbers{1, 4}));
  EXPECT_FALSE(ends_.settled());
  ends_.learned(1, 7_index, 2, "p2");
  EXPECT_EQ(ends_.missing(), (Numbers{4}));
  EXPECT_FALSE(ends_.settled());
  ends_.lost(4);
  EXPECT_TRUE(ends_.settled()) << "that it is away is known";
  EXPECT_EQ(ends_.missing(), (Numbers{4}));
  EXPECT_EQ(ends_.end(1).index(), 7_index);
  const PeerEnds::State state = ends_.state(1);
  EXPECT_TRUE(state.in_reach);
  EXPECT_EQ(state.owner, "p2");
  EXPECT_EQ(state.lag, 2U);
}

TEST_F(PeerEndsTest, WhatIsLostIsEmptyAndItsOwnerIsStillKnown) {
  ends_.learned(1, 7_index, 2, "p2");
  ends_.lost(1);
  EXPECT_EQ(ends_.end(1).index(), 0_index);
  EXPECT_FALSE(ends_.state(1).lag);
  EXPECT_EQ(ends_.state(1).owner, "p2");
  ends_.learned(1, 5_index, 0, "p3");
  EXPECT_EQ(ends_.end(1).index(), 5_index) << "another archive may be behind";
}

TEST_F(PeerEndsTest, AChangeIsOneOfWhatIsMissing) {
  const auto changes = [this, last = ends_.changes()]() mutable {
    return std::exchange(last, ends_.changes()) != ends_.changes();
  };
  auto changed = changes;
  ends_.lost(1);
  EXPECT_FALSE(changed()) << "it was missing before";
  ends_.learned(1, 7_index, 0, "p2");
  EXPECT_TRUE(changed());
  ends_.learned(1, 8_index, 3, "p2");
  EXPECT_FALSE(changed());
  ends_.lost(1);
  EXPECT_TRUE(changed());
}

TEST_F(PeerEndsTest, AReaderWaitsForWhatIsLostUntilThereIsSomethingForHim) {
  ends_.learned(1, 7_index, 0, "p2");
  ends_.lost(1);
  bool woken = false;
  boost::asio::io_context io;
  boost::asio::co_spawn(io, ends_.end(1).beyond(6_index, runtime::Instant::max()),
                        [&](const std::exception_ptr&, bool there) { woken = there; });
  io.poll();
  ends_.learned(1, 5_index, 0, "p3");
  io.restart();
  io.poll();
  EXPECT_FALSE(woken) << "the new owner is behind him";
  ends_.learned(1, 7_index, 0, "p3");
  io.restart();
  io.poll();
  EXPECT_TRUE(woken);
}

TEST_F(PeerEndsTest, ForgetsWhereNobodyReads) {
  ends_.learned(1, 7_index, 2, "p2");
  ends_.learned(4, 7_index, 2, "p2");
  ends_.forget();
  EXPECT_FALSE(ends_.settled());
  EXPECT_EQ(ends_.missing(), (Numbers{1, 4}));
  EXPECT_EQ(ends_.end(4).index(), 0_index);
}

TEST_F(PeerEndsTest, IsWantedForAsLongAsASlowReaderMayBeSilent) {
  EXPECT_FALSE(ends_.wait_until_wanted(runtime::Duration(0)));
  ends_.want();
  EXPECT_TRUE(ends_.wanted());
  EXPECT_TRUE(ends_.wait_until_wanted(runtime::Duration(0)));
  clock_.move(PeerEnds::kWantedFor - std::chrono::seconds(1));
  EXPECT_TRUE(ends_.wanted());
  ends_.want();
  clock_.move(std::chrono::seconds(2));
  EXPECT_TRUE(ends_.wanted());
  clock_.move(PeerEnds::kWantedFor);
  EXPECT_FALSE(ends_.wanted());
}

TEST_F(PeerEndsTest, WhoeverWantsItWakesWhoeverAsks) {
  bool wanted = false;
  std::thread asker([&] { wanted = ends_.wait_until_wanted(std::chrono::minutes(1)); });
  ends_.want();
  asker.join();
  EXPECT_TRUE(wanted);
}

TEST_F(PeerEndsTest, ItsEndWakesWhoeverAsks) {
  bool wanted = true;
  std::thread asker([&] { wanted = ends_.wait_until_wanted(std::chrono::minutes(1)); });
  ends_.close();
  asker.join();
  EXPECT_FALSE(wanted);
  ends_.want();
  EXPECT_FALSE(ends_.wanted());
  EXPECT_TRUE(ends_.closed());
}

}  // namespace
}  // namespace waybill::query::feed

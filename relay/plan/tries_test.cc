#include "relay/plan/tries.h"

#include <gtest/gtest.h>

#include "tests/support/sim_net.h"

namespace waybill::relay::plan {
namespace {

using namespace std::chrono_literals;
using runtime::WallTime;
using schemas::DeliveryId;

constexpr WallTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 27}};
const std::string kDigest(kContentDigestOctets, 'x');

DeliveryId made(WallTime at, std::uint64_t seed = 1) {
  tests::SeededChance chance(seed);
  return schemas::new_id<DeliveryId>(at, chance);
}

TEST(TriesTest, ADeliveryThatWasPutOffIsLentToOneTryAtATime) {
  Tries tries;
  const TryKey key = try_key("ann@e.test", "shop@a.test", "bob@h.test");
  EXPECT_EQ(tries.take(key, kNow), std::nullopt);
  tries.put_off(key, made(kNow));
  EXPECT_EQ(tries.take(key, kNow), made(kNow));
  EXPECT_EQ(tries.take(key, kNow), std::nullopt);
  tries.put_off(key, made(kNow));
  EXPECT_EQ(tries.take(key, kNow + schemas::kRetryLife), std::nullopt);
}

TEST(TriesTest, ADeliveryHasSoManyTriesAtMost) {
  Tries tries;
  const TryKey key = try_key("ann@e.test", "shop@a.test", "bob@h.test");
  tries.put_off(key, made(kNow));
  std::uint32_t taken = 1;  // the one that put it off first
  while (tries.take(key, kNow)) {
    ++taken;
    tries.put_off(key, made(kNow));
  }
  EXPECT_EQ(taken, kMostTriesOfOne);
  EXPECT_EQ(tries.take(key, kNow), std::nullopt);
  tries.put_off(key, made(kNow, 2));
  EXPECT_EQ(tries.take(key, kNow), made(kNow, 2)) << "another one begins anew";
}

TEST(TriesTest, WhatAnotherRelayHasPutOffIsLentHereUntilItIsSpent) {
  Tries tries;
  const TryKey key = try_key("ann@e.test", "shop@a.test", "bob@h.test");
  tries.hear_put_off(key, made(kNow));
  EXPECT_EQ(tries.take(key, kNow), made(kNow));
  tries.hear_put_off(key, made(kNow));
  EXPECT_EQ(tries.take(key, kNow), std::nullopt) << "it is out";
  tries.spent(key, made(kNow));
  tries.hear_put_off(key, made(kNow));
  tries.hear_spent(key, made(kNow, 2));
  EXPECT_EQ(tries.take(key, kNow), made(kNow)) << "another one is spent";
  tries.put_off(key, made(kNow));
  tries.hear_spent(key, made(kNow));
  EXPECT_EQ(tries.take(key, kNow), std::nullopt);
}

TEST(TriesTest, TheNewestThatWasPutOffIsTheOneThatGoesOn) {
  Tries tries;
  const TryKey key = try_key("ann@e.test", "shop@a.test", "bob@h.test");
  tries.put_off(key, made(kNow));
  tries.hear_put_off(key, made(kNow - 1h, 2));
  EXPECT_EQ(tries.take(key, kNow), made(kNow));
  tries.put_off(key, made(kNow));
  tries.hear_put_off(key, made(kNow + 1h, 3));
  EXPECT_EQ(tries.take(key, kNow + 1h), made(kNow + 1h, 3));
}

TEST(TriesTest, NoPartOfAnEnvelopeRunsIntoAnother) {
  EXPECT_EQ(try_key("a", "b", "c"), try_key("a", "b", "c"));
  EXPECT_NE(try_key("a", "b", "c"), try_key("ab", "", "c"));
  EXPECT_NE(try_key("a", "b", "c"), try_key("a", "bc", ""));
  EXPECT_NE(try_key("a", "b", "c"), try_key("A", "b", "c"));
}

TEST(TriesTest, WhatIsDoneIsKnownByItsContentForThreeDays) {
  Tries tries;
  const TryKey key = try_key("", "shop@a.test", "bob@h.test");
  EXPECT_FALSE(tries.any_done(key, kNow));
  tries.remember_done(key, kDigest, made(kNow, 1), kNow);
  tries.remember_done(key, kDigest, made(kNow, 2), kNow);
  EXPECT_TRUE(tries.any_done(key, kNow));
  EXPECT_EQ(tries.done(key, kDigest, kNow), made(kNow, 1));
  EXPECT_EQ(tries.done(key, std::string(kContentDigestOctets, 'y'), kNow), std::nullopt);
  EXPECT_EQ(tries.done(key, kDigest, kNow + 72h - 1s), made(kNow, 1));
  EXPECT_EQ(tries.done(key, kDigest, kNow + 72h), std::nullopt);
  EXPECT_FALSE(tries.any_done(key, kNow + 72h));
}

TEST(TriesTest, ATryThatIsTakenLeavesWhatIsDone) {
  Tries tries;
  const TryKey key = try_key("ann@e.test", "shop@a.test", "bob@h.test");
  tries.remember_done(key, kDigest, made(kNow), kNow);
  tries.put_off(key, made(kNow, 2));
  EXPECT_EQ(tries.take(key, kNow), made(kNow, 2));
  EXPECT_TRUE(tries.done(key, kDigest, kNow));
}

TEST(TriesTest, TheOldestAreGivenUpBeyondTheBound) {
  Tries tries;
  const auto key_of = [](std::size_t i) { return try_key(std::to_string(i), "a", "b"); };
  for (std::size_t i = 0; i < kMostTries; ++i) tries.put_off(key_of(i), made(kNow));
  // It is touched again, and so is not the oldest any more.
  tries.put_off(key_of(0), made(kNow, 2));
  tries.put_off(key_of(kMostTries), made(kNow));
  EXPECT_EQ(tries.take(key_of(1), kNow), std::nullopt);
  EXPECT_EQ(tries.take(key_of(0), kNow), made(kNow, 2));
  EXPECT_EQ(tries.take(key_of(2), kNow), made(kNow));
  EXPECT_EQ(tries.take(key_of(kMostTries), kNow), made(kNow));
}

TEST(TriesTest, OneEnvelopesContentsAreBounded) {
  Tries tries;
  const TryKey key = try_key("ann@e.test", "shop@a.test", "bob@h.test");
  const auto digest_of = [](std::size_t i) {
    std::string digest(kContentDigestOctets, '\0');
    digest[0] = static_cast<char>(i);
    return digest;
  };
  for (std::size_t i = 0; i <= kMostContents; ++i) {
    tries.remember_done(key, digest_of(i), made(kNow), kNow);
  }
  EXPECT_FALSE(tries.done(key, digest_of(0), kNow));
  EXPECT_TRUE(tries.done(key, digest_of(1), kNow));
}

}  // namespace
}  // namespace waybill::relay::plan

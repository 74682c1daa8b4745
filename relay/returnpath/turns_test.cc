#include "relay/returnpath/turns.h"

#include <gtest/gtest.h>

namespace waybill::relay::returnpath {
namespace {

schemas::DeliveryId delivery(std::uint8_t number) {
  schemas::DeliveryId::Octets octets{};
  octets.back() = number;
  return schemas::DeliveryId(octets);
}

TEST(TurnsTest, ADeliveryHasOneTurnAtATime) {
  Turns turns;
  const auto first = turns.take(delivery(1));
  EXPECT_TRUE(first.has_value());
  EXPECT_FALSE(turns.take(delivery(1)).has_value());
}

TEST(TurnsTest, OtherDeliveriesDoNotWait) {
  Turns turns;
  const auto first = turns.take(delivery(1));
  EXPECT_TRUE(turns.take(delivery(2)).has_value());
}

TEST(TurnsTest, ATurnThatEndsGivesWay) {
  Turns turns;
  { const auto first = turns.take(delivery(1)); }
  EXPECT_TRUE(turns.take(delivery(1)).has_value());
}

TEST(TurnsTest, ATurnThatMovedIsGivenBackOnce) {
  Turns turns;
  auto first = turns.take(delivery(1));
  {
    const Turns::Turn moved = std::move(*first);
    EXPECT_FALSE(turns.take(delivery(1)).has_value());
  }
  const auto second = turns.take(delivery(1));
  first.reset();
  EXPECT_FALSE(turns.take(delivery(1)).has_value());
}

}  // namespace
}  // namespace waybill::relay::returnpath

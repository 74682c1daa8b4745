#include "relay/forward/beyond_hop.h"

#include <gtest/gtest.h>

namespace waybill::relay::forward {
namespace {

using message::Needs;
using policy::Rule;

TEST(BeyondHopTest, OnlyWhatTheMessageNeedsIsAskedOfTheNextHop) {
  smtp::Extensions eight;
  eight.eight_bit_mime = true;
  smtp::Extensions utf8;
  utf8.smtputf8 = true;
  const smtp::Extensions none;
  constexpr Needs kBody{.smtputf8 = false, .eight_bit = true};
  constexpr Needs kHeader{.smtputf8 = true, .eight_bit = true};
  EXPECT_EQ(beyond_hop({}, none), std::nullopt);
  EXPECT_EQ(beyond_hop(kBody, none), Rule::next_hop_without_8bitmime);
  EXPECT_EQ(beyond_hop(kBody, eight), std::nullopt);
  EXPECT_EQ(beyond_hop(kBody, utf8), std::nullopt);
  EXPECT_EQ(beyond_hop(kHeader, none), Rule::next_hop_without_smtputf8);
  EXPECT_EQ(beyond_hop(kHeader, eight), Rule::next_hop_without_smtputf8);
  EXPECT_EQ(beyond_hop(kHeader, utf8), std::nullopt);
}

}  // namespace
}  // namespace waybill::relay::forward

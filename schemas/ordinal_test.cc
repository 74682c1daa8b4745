#include "schemas/ordinal.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "tests/support/ordinals.h"

namespace waybill::schemas {
namespace {

// What is taken for what, without a word in the code that says so.
template <class From, class To>
constexpr bool passes_for = std::is_convertible_v<From, To>;

TEST(OrdinalTest, NoneIsTakenForOneOfAnotherSequenceOrForAnInteger) {
  EXPECT_TRUE((passes_for<LogOffset, LogOffset>));
  EXPECT_FALSE((passes_for<LogOffset, SequenceNumber>));
  EXPECT_FALSE((std::is_constructible_v<LogOffset, SequenceNumber>));
  EXPECT_FALSE((std::is_assignable_v<EventIndex&, LogOffset>));
  EXPECT_FALSE((passes_for<std::uint64_t, EventIndex>));
  EXPECT_FALSE((passes_for<EventIndex, std::uint64_t>));
  EXPECT_FALSE((std::is_constructible_v<std::uint64_t, EventIndex>));
}

TEST(OrdinalTest, CountsAndComparesAsTheIntegerThatItStandsFor) {
  SequenceNumber at(7);
  EXPECT_EQ(at++, 7_seq);
  EXPECT_EQ(++at, 9_seq);
  EXPECT_EQ(at + 3, 12_seq);
  EXPECT_EQ(at - 9, SequenceNumber());
  EXPECT_EQ(12_seq - at, 3u);
  EXPECT_LT(at, 10_seq);
  EXPECT_GT(SequenceNumber::last(), at);
  EXPECT_EQ(at.value(), 9u);
}

TEST(OrdinalTest, CostsWhatAnIntegerCosts) {
  EXPECT_EQ(sizeof(LogOffset), sizeof(std::uint64_t));
  EXPECT_TRUE(std::is_trivially_copyable_v<LogOffset>);
}

}  // namespace
}  // namespace waybill::schemas

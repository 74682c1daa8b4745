#include "schemas/ids.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <type_traits>

namespace waybill::schemas {
namespace {

using std::chrono::milliseconds;

class ConstantChance final : public runtime::Chance {
 public:
  explicit ConstantChance(std::uint8_t value) : value_(value) {}
  void fill(std::span<std::uint8_t> out) override { std::fill(out.begin(), out.end(), value_); }

 private:
  std::uint8_t value_;
};

runtime::WallTime at(std::int64_t unix_milliseconds) {
  return runtime::WallTime(milliseconds(unix_milliseconds));
}

TEST(IdsTest, AUuidCarriesTheTimeTheVersionAndTheVariant) {
  // The example of RFC 9562 A.6 has this time: 2022-02-22 19:22:22 UTC.
  ConstantChance ones(0xFF);
  EXPECT_EQ(new_id<EventId>(at(0x017F22E279B0), ones).text(),
            "017f22e2-79b0-7fff-bfff-ffffffffffff");
  ConstantChance zeros(0x00);
  EXPECT_EQ(new_id<EventId>(at(0x017F22E279B0), zeros).text(),
            "017f22e2-79b0-7000-8000-000000000000");
}

TEST(IdsTest, LaterIdsSortAfterEarlierOnesAsBytesAndAsText) {
  ConstantChance ones(0xFF);
  ConstantChance zeros(0x00);
  const auto earlier = new_id<MessageId>(at(1'700'000'000'000), ones);
  const auto later = new_id<MessageId>(at(1'700'000'000'001), zeros);
  EXPECT_LT(earlier, later);
  EXPECT_LT(earlier.bytes(), later.bytes());
  EXPECT_LT(earlier.text(), later.text());
}

TEST(IdsTest, SystemChanceMakesDifferentIdsAtTheSameMoment) {
  const auto chance = runtime::system_chance();
  EXPECT_NE(new_id<EventId>(at(1), *chance), new_id<EventId>(at(1), *chance));
}

TEST(IdsTest, TextAndBytesLeadBackToTheSameId) {
  const auto chance = runtime::system_chance();
  const auto id = new_id<DeliveryId>(at(1'700'000'000'000), *chance);
  EXPECT_EQ(DeliveryId::parse(id.text()).value(), id);
  EXPECT_EQ(DeliveryId::from_bytes(id.bytes()).value(), id);
  EXPECT_EQ(uuid_text(id.bytes()), id.text());
}

TEST(IdsTest, ReadsEitherCaseAndWritesLowerCase) {
  EXPECT_EQ(EventId::parse("0190A6F2-7C3E-7d21-8B4F-5a6b7c8d9e0f").value().text(),
            "0190a6f2-7c3e-7d21-8b4f-5a6b7c8d9e0f");
}

TEST(IdsTest, RefusesWhatIsNoHyphenatedUuid) {
  const std::string_view cases[] = {
      "",
      "0190a6f27c3e7d218b4f5a6b7c8d9e0f",
      "0190a6f2-7c3e-7d21-8b4f-5a6b7c8d9e0",
      "0190a6f2-7c3e-7d21-8b4f-5a6b7c8d9e0f0",
      "0190a6f2-7c3e-7d21-8b4f-5a6b7c8d9e0g",
      "0190a6f2-7c3e-7d21-8b4f5-a6b7c8d9e0f",
      "{190a6f2-7c3e-7d21-8b4f-5a6b7c8d9e0}",
      "0190a6f2 7c3e 7d21 8b4f 5a6b7c8d9e0f",
      "-190a6f2-7c3e-7d21-8b4f-5a6b7c8d9e0f",
  };
  for (const auto text : cases) {
    const auto id = EventId::parse(text);
    ASSERT_FALSE(id) << text;
    EXPECT_EQ(runtime::errc_of(id.error()), runtime::Errc::invalid) << text;
  }
}

TEST(IdsTest, BytesOfAnotherLengthAreNoId) {
  for (const std::size_t length : {0, 15, 17}) {
    EXPECT_FALSE(EventId::from_bytes(std::string(length, 'x'))) << length;
  }
}

TEST(IdsTest, ADeliveryIsItsMessageAndANumber) {
  const MessageId message = MessageId::parse("019ca945-0a51-746b-b201-65eec91e63f4").value();
  EXPECT_EQ(delivery_of(message, 1).text(), "019ca945-0a51-746b-b201-65eec91e63f5");
  EXPECT_EQ(delivery_of(message, 0x0102).text(), "019ca945-0a51-746b-b201-65eec91e62f6");
  for (const std::uint64_t number : {1U, 2U, 255U, 256U, 0xffffU}) {
    EXPECT_EQ(delivery_number(delivery_of(message, number).bytes(), message.bytes()), number);
  }
  EXPECT_EQ(delivery_number(message.bytes(), message.bytes()), 0u);
  const auto other = DeliveryId::parse("019ca945-0a51-746b-b201-65eec91f63f5").value();
  EXPECT_EQ(delivery_number(other.bytes(), message.bytes()), 0u);
  EXPECT_EQ(delivery_number("", message.bytes()), 0u);
  EXPECT_EQ(delivery_number(other.bytes(), ""), 0u);
}

TEST(IdsTest, IdsOfDifferentThingsAreDifferentTypes) {
  EXPECT_FALSE((std::is_convertible_v<EventId, DeliveryId>));
  EXPECT_FALSE((std::is_constructible_v<MessageId, DeliveryId>));
}

}  // namespace
}  // namespace waybill::schemas

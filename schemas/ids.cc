#include "schemas/ids.h"

#include "runtime/check.h"
#include "runtime/crypto.h"
#include "runtime/hex.h"

namespace waybill::schemas {
namespace {

constexpr bool hyphen_at(std::size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

// RFC 9562 5.7: puts time, version and variant into octets that are random.
void make_uuid_v7(runtime::WallTime now, std::array<std::uint8_t, 16>& octets) {
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  runtime::check(milliseconds >= 0 && milliseconds < (std::int64_t{1} << 48),
                 "ids are made between 1970 and 10889");
  for (int i = 0; i < 6; ++i) {
    octets[i] = static_cast<std::uint8_t>(milliseconds >> (8 * (5 - i)));
  }
  octets[6] = static_cast<std::uint8_t>(0x70 | (octets[6] & 0x0F));  // version 7
  octets[8] = static_cast<std::uint8_t>(0x80 | (octets[8] & 0x3F));  // variant of RFC 9562 4.1
}

}  // namespace

std::array<std::uint8_t, 16> uuid_v7(runtime::WallTime now, runtime::Chance& chance) {
  std::array<std::uint8_t, 16> octets;
  chance.fill(octets);
  make_uuid_v7(now, octets);
  return octets;
}

EventId event_id_of(runtime::WallTime now, std::string_view salt) {
  const runtime::Digest digest = runtime::sha256(salt);
  std::array<std::uint8_t, 16> octets;
  std::copy_n(digest.begin(), octets.size(), octets.begin());
  make_uuid_v7(now, octets);
  return EventId(octets);
}

std::string delivery_of(std::string_view message, std::uint64_t number) {
  runtime::check(message.size() == kUuidOctets && number >= 1 && number <= kMaxDeliveryNumber,
                 "a delivery has a message, and a number from 1 on");
  std::string octets(message);
  octets[kSharedByDeliveries] = static_cast<char>(octets[kSharedByDeliveries] ^ number >> 8);
  octets[kSharedByDeliveries + 1] = static_cast<char>(octets[kSharedByDeliveries + 1] ^ number);
  return octets;
}

DeliveryId delivery_of(const MessageId& message, std::uint64_t number) {
  return *DeliveryId::from_bytes(delivery_of(message.bytes(), number));
}

std::uint64_t delivery_number(std::string_view delivery, std::string_view message) {
  if (delivery.size() != kUuidOctets || message.size() != kUuidOctets) return 0;
  if (delivery.substr(0, kSharedByDeliveries) != message.substr(0, kSharedByDeliveries)) return 0;
  const auto differs = [&](std::size_t at) {
    return static_cast<std::uint64_t>(static_cast<std::uint8_t>(delivery[at] ^ message[at]));
  };
  return differs(kSharedByDeliveries) << 8 | differs(kSharedByDeliveries + 1);
}

void write_uuid(std::string_view octets, char* place) {
  runtime::check(octets.size() == kUuidOctets, "a UUID has 16 octets");
  static constexpr char kDigits[] = "0123456789abcdef";
  const char* const begin = place;
  for (const char c : octets) {
    if (hyphen_at(static_cast<std::size_t>(place - begin))) *place++ = '-';
    const auto octet = static_cast<std::uint8_t>(c);
    *place++ = kDigits[octet >> 4];
    *place++ = kDigits[octet & 0x0F];
  }
}

std::string uuid_text(std::string_view octets) {
  std::string text(kUuidText, '-');
  write_uuid(octets, text.data());
  return text;
}

runtime::Result<std::array<std::uint8_t, 16>> parse_uuid(std::string_view text) {
  if (text.size() != kUuidText) return make_error_code(runtime::Errc::invalid);
  std::array<std::uint8_t, 16> octets{};
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (hyphen_at(i)) {
      if (text[i] != '-') return make_error_code(runtime::Errc::invalid);
      continue;
    }
    const int value = runtime::hex_value(text[i]);
    if (value < 0) return make_error_code(runtime::Errc::invalid);
    octets[digits / 2] = static_cast<std::uint8_t>(octets[digits / 2] << 4 | value);
    ++digits;
  }
  return octets;
}

}  // namespace waybill::schemas

// Ids: UUIDv7 (RFC 9562 5.7), 48 bits of Unix milliseconds and 74 random bits, as distinct types.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/chance.h"
#include "runtime/result.h"
#include "runtime/time.h"

namespace waybill::schemas {

inline constexpr std::size_t kUuidOctets = 16;  // RFC 9562 4

template <class Tag>
class Id {
 public:
  static constexpr std::size_t kOctets = kUuidOctets;
  using Octets = std::array<std::uint8_t, kOctets>;

  Id() = default;
  explicit Id(const Octets& octets) : octets_(octets) {}

  // Exactly 16 octets; Errc::invalid otherwise.
  static runtime::Result<Id> from_bytes(std::string_view bytes);
  // "0190a6f2-7c3e-7d21-8b4f-5a6b7c8d9e0f", either case; Errc::invalid otherwise.
  static runtime::Result<Id> parse(std::string_view text);

  const Octets& octets() const { return octets_; }
  std::string bytes() const { return {octets_.begin(), octets_.end()}; }
  std::string text() const;  // lower case, with hyphens

  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  Octets octets_{};
};

using EventId = Id<struct EventTag>;
using MessageId = Id<struct MessageTag>;
using DeliveryId = Id<struct DeliveryTag>;

std::array<std::uint8_t, 16> uuid_v7(runtime::WallTime now, runtime::Chance& chance);

template <class IdType>
IdType new_id(runtime::WallTime now, runtime::Chance& chance) {
  return IdType(uuid_v7(now, chance));
}

// When it was made, to the millisecond (RFC 9562 5.7).
template <class Tag>
runtime::WallTime time_of(const Id<Tag>& id) {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | id.octets()[i];
  return runtime::WallTime(std::chrono::milliseconds(ms));
}

// The id of an event that was made at `now` and has this salt: what is random in it is a hash of
// the salt, so that who keeps the salt need not keep the id (docs/decisions/0010).
EventId event_id_of(runtime::WallTime now, std::string_view salt);

// A message's deliveries have its id but for the last two octets, which are the message's exclusive
// or the delivery's number. So they have its time, who has message and number has the delivery, and
// ids that begin with the same octets are of one message. A log may hold deliveries with ids of
// their own.
inline constexpr std::size_t kSharedByDeliveries = 14;
// 1 to this; 0 is the message itself.
inline constexpr std::uint64_t kMaxDeliveryNumber = 0xffff;
DeliveryId delivery_of(const MessageId& message, std::uint64_t number);
// The same in octets: `message` has 16.
std::string delivery_of(std::string_view message, std::uint64_t number);
// The number of a delivery of that message; 0: it is none, or has an id of its own.
std::uint64_t delivery_number(std::string_view delivery, std::string_view message);

// Hyphenated text of any 16 octets, and back: for fields whose kind is known only by name.
inline constexpr std::size_t kUuidText = 36;  // 32 digits, 4 hyphens
std::string uuid_text(std::string_view octets);
// The same at `place`, which has room for kUuidText.
void write_uuid(std::string_view octets, char* place);
runtime::Result<std::array<std::uint8_t, 16>> parse_uuid(std::string_view text);

template <class Tag>
std::string Id<Tag>::text() const {
  return uuid_text(std::string_view(reinterpret_cast<const char*>(octets_.data()), kOctets));
}

template <class Tag>
runtime::Result<Id<Tag>> Id<Tag>::from_bytes(std::string_view bytes) {
  if (bytes.size() != kOctets) return make_error_code(runtime::Errc::invalid);
  Id id;
  std::copy(bytes.begin(), bytes.end(), id.octets_.begin());
  return id;
}

template <class Tag>
runtime::Result<Id<Tag>> Id<Tag>::parse(std::string_view text) {
  const auto octets = parse_uuid(text);
  if (!octets) return octets.error();
  return Id(*octets);
}

}  // namespace waybill::schemas

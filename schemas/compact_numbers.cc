#include "schemas/compact_numbers.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "schemas/ids.h"
#include "schemas/left_out.h"

namespace waybill::schemas {
namespace {

enum Moved : std::uint64_t {
  kEventId = 1 << 0,
  kSalt = 1 << 1,
  kTime = 1 << 2,
  kNumbers = 1 << 3,
  kMessageId = 1 << 4,
  kDeliveryId = 1 << 5,
  kChosenId = 1 << 6,
};

static_assert(std::endian::native == std::endian::little);

constexpr std::size_t kTimeOctets = 6;  // of an id (RFC 9562 5.7)
constexpr std::uint64_t kNanosecondsAMillisecond = 1'000'000;

}  // namespace

bool is_id_of_salt(const Event& event) {
  // From 1970 on, and before the year 2262: ids of other times cannot be made.
  if (event.salt().size() != kIdOctets || event.occurred_at() >> 63 != 0) return false;
  const EventId id = event_id_of(wall_time(event.occurred_at()), event.salt());
  return std::equal(id.octets().begin(), id.octets().end(), event.event_id().begin(),
                    event.event_id().end(),
                    [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
}

namespace {

constexpr std::uint64_t kMostTime = (1ULL << (8 * kTimeOctets)) - 1;

std::uint64_t time_of(std::string_view id) {
  std::uint64_t ms = 0;
  for (std::size_t i = 0; i < kTimeOctets; ++i) ms = ms << 8 | static_cast<unsigned char>(id[i]);
  return ms;
}
std::string id_of(std::uint64_t ms, std::string_view rest) {
  std::string id;
  id.reserve(kTimeOctets + rest.size());
  for (std::size_t i = kTimeOctets; i-- > 0;) id += static_cast<char>(ms >> (8 * i));
  return id.append(rest);
}

std::uint64_t zigzag(std::uint64_t difference) {
  const auto sign = static_cast<std::uint64_t>(static_cast<std::int64_t>(difference) >> 63);
  return (difference << 1) ^ sign;
}
std::uint64_t unzigzag(std::uint64_t number) { return (number >> 1) ^ (0 - (number & 1)); }

bool take(std::string_view& octets, std::size_t size, std::string_view& out) {
  if (octets.size() < size) return false;
  out = octets.substr(0, size);
  octets.remove_prefix(size);
  return true;
}

std::uint64_t move_small_numbers(Event& event, std::string& out) {
  if (event.has_accepted()) {
    append_varint(out, event.accepted().client_port());
    append_varint(out, event.accepted().size());
    event.mutable_accepted()->clear_client_port();
    event.mutable_accepted()->clear_size();
    return kNumbers;
  }
  if (!event.has_forwarded()) return 0;
  append_varint(out, event.forwarded().time_spent());
  append_varint(out, 0);
  event.mutable_forwarded()->clear_time_spent();
  return kNumbers;
}

// That of the first target of an Accepted; nullptr: there is none.
std::string* chosen_id(Event& event) {
  if (!event.has_accepted() || event.accepted().targets_size() == 0) return nullptr;
  return event.mutable_accepted()->mutable_targets(0)->mutable_delivery_id();
}

}  // namespace

std::uint64_t began_at(std::string_view id) { return time_of(id) * kNanosecondsAMillisecond; }

void append_varint(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}

bool take_varint(std::string_view& octets, std::uint64_t& number) {
  number = 0;
  for (int shift = 0; shift < 64 && !octets.empty(); shift += 7) {
    const auto next = static_cast<unsigned char>(octets.front());
    octets.remove_prefix(1);
    number |= static_cast<std::uint64_t>(next & 0x7f) << shift;
    if ((next & 0x80) == 0) return true;
  }
  return false;
}

std::uint64_t move_numbers(Event& event, std::string& out) {
  std::uint64_t moved = 0;
  const std::uint64_t at = event.occurred_at();
  std::uint64_t near = at / kNanosecondsAMillisecond;
  const bool timed =
      event.event_id().size() == kIdOctets && time_of(event.event_id()) == near && at != 0;
  if (timed && is_id_of_salt(event)) {
    event.clear_event_id();
    moved |= kIdOfSalt;
  } else if (timed) {
    out.append(event.event_id(), kTimeOctets);
    event.clear_event_id();
    moved |= kEventId;
  }
  if (event.salt().size() == kIdOctets) {
    out += event.salt();
    event.clear_salt();
    moved |= kSalt;
  }
  if (at != 0) {
    out.append(reinterpret_cast<const char*>(&at), sizeof at);
    event.clear_occurred_at();
    moved |= kTime;
  }
  moved |= move_small_numbers(event, out);

  char tails[2 * kIdOctets];
  std::size_t size = 0;
  const auto move_id = [&](std::string& id, std::uint64_t bit) {
    if (id.size() != kIdOctets) return;
    append_varint(out, zigzag(near - time_of(id)));
    near = time_of(id);
    size += id.copy(tails + size, id.size() - kTimeOctets, kTimeOctets);
    id.clear();
    moved |= bit;
  };
  const bool of_envelope = !event.delivery_id().empty();
  std::string* const delivery = of_envelope ? event.mutable_delivery_id() : chosen_id(event);
  const std::uint64_t number =
      delivery == nullptr ? 0 : delivery_number(*delivery, event.message_id());
  move_id(*event.mutable_message_id(), kMessageId);
  if (number != 0) {
    append_varint(out, number);
    delivery->clear();
    moved |= kOfMessage | (of_envelope ? kDeliveryId : kChosenId);
  } else if (delivery != nullptr) {
    move_id(*delivery, of_envelope ? kDeliveryId : kChosenId);
  }
  out.append(tails, size);
  return moved;
}

bool take_numbers(std::string_view& octets, std::uint64_t moved, CompactNumbers& out) {
  constexpr std::size_t kTail = kIdOctets - kTimeOctets;
  if ((moved & kEventId) && !take(octets, kTail, out.event_id)) return false;
  if ((moved & kSalt) && !take(octets, kIdOctets, out.salt)) return false;
  if (moved & kTime) {
    std::string_view time;
    if (!take(octets, sizeof out.occurred_at, time)) return false;
    std::memcpy(&out.occurred_at, time.data(), time.size());
  }
  if (moved & kNumbers) {
    for (std::uint64_t& number : out.numbers) {
      if (!take_varint(octets, number)) return false;
    }
  }
  const bool has[] = {(moved & kMessageId) != 0, (moved & (kDeliveryId | kChosenId)) != 0};
  for (int i : {0, 1}) {
    if (has[i] && !take_varint(octets, out.before[i])) return false;
  }
  for (int i : {0, 1}) {
    const bool written = has[i] && !(i == 1 && (moved & kOfMessage));
    if (written && !take(octets, kTail, out.ids[i])) return false;
  }
  return true;
}

bool put_back(const CompactNumbers& numbers, std::uint64_t moved, Event& event) {
  if (moved & kTime) event.set_occurred_at(numbers.occurred_at);
  std::uint64_t near = event.occurred_at() / kNanosecondsAMillisecond;
  if (moved & kEventId) event.set_event_id(id_of(near, numbers.event_id));
  if (moved & kSalt) event.set_salt(std::string(numbers.salt));
  if (moved & kIdOfSalt) {
    if (event.occurred_at() >> 63 != 0) return false;
    event.set_event_id(event_id_of(wall_time(event.occurred_at()), event.salt()).bytes());
  }
  if ((moved & kNumbers) && event.has_accepted()) {
    event.mutable_accepted()->set_client_port(static_cast<std::uint32_t>(numbers.numbers[0]));
    event.mutable_accepted()->set_size(numbers.numbers[1]);
  } else if (moved & kNumbers) {
    if (!event.has_forwarded()) return false;
    event.mutable_forwarded()->set_time_spent(numbers.numbers[0]);
  }
  if (moved & kMessageId) {
    near -= unzigzag(numbers.before[0]);
    event.set_message_id(id_of(near & kMostTime, numbers.ids[0]));
  }
  if (!(moved & (kDeliveryId | kChosenId))) return true;
  std::string* const delivery =
      (moved & kDeliveryId) ? event.mutable_delivery_id() : chosen_id(event);
  if (delivery == nullptr) return false;
  if (moved & kOfMessage) {
    const std::uint64_t number = numbers.before[1];
    if (!(moved & kMessageId) || number < 1 || number > kMaxDeliveryNumber) return false;
    *delivery = delivery_of(event.message_id(), number);
    return true;
  }
  near -= unzigzag(numbers.before[1]);
  *delivery = id_of(near & kMostTime, numbers.ids[1]);
  return true;
}

}  // namespace waybill::schemas

// The numbers of an event, out of its fields and side by side: what no compressor makes shorter.
// Each time that text and numbers take turns costs it some octets. Part of compact_record.h.
//
//   in this order, each if its bit is set:
//   0  event_id without its time, which is that of occurred_at: 10 octets
//   1  salt: 16
//   2  occurred_at: 8, little-endian
//   3  of an Accepted: client_port, size; of a Forwarded: time_spent; varints
//   4  message_id; 5 delivery_id; 6 that of an Accepted's first target, if the envelope has none:
//      how far its time lies before the one before it, occurred_at at first, in ms, a zigzag varint
//      each; then the other 10 octets of each
//   19 the id of 5 or 6 is one of the message's deliveries (ids.h): its number, a varint, stands
//      for it
//
// The ids come last: an outcome has them and the envelope behind them as its acceptance had, in one
// piece. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "schemas/event.h"

namespace waybill::schemas {

inline constexpr std::size_t kIdOctets = 16;
inline constexpr std::uint64_t kFirstFree = 1 << 7;   // of the bits
inline constexpr std::uint64_t kOfMessage = 1 << 19;  // a delivery's id follows from the message's

// Takes the numbers out of `event` and appends them; gives the bits of those that it took.
std::uint64_t move_numbers(Event& event, std::string& out);

struct CompactNumbers {
  std::string_view event_id;  // without its time; so all of them
  std::string_view salt;
  std::uint64_t occurred_at = 0;
  std::uint64_t numbers[2] = {};
  std::uint64_t before[2] = {};  // of the ids' times, ms; or a delivery's number
  std::string_view ids[2];
};
// Removes what move_numbers() appended from the front of `octets`. False: it is not whole.
bool take_numbers(std::string_view& octets, std::uint64_t moved, CompactNumbers& out);
// False: they were not taken out of such an event.
bool put_back(const CompactNumbers& numbers, std::uint64_t moved, Event& event);

// Little-endian base 128, as in protobuf. False: it is not whole.
void append_varint(std::string& out, std::uint64_t number);
bool take_varint(std::string_view& octets, std::uint64_t& number);

// Whether the random half of event_id is a hash of the salt (docs/decisions/0010).
bool is_id_of_salt(const Event& event);

// When an id was made, in ns (RFC 9562 5.7); it has kIdOctets.
std::uint64_t began_at(std::string_view id);

}  // namespace waybill::schemas

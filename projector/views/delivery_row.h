// Rows of `deliveries`, and what they say of a delivery: a row is the list of its events
// (rows/index_list.h), and everything else follows from them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projector/rows/index_list.h"
#include "schemas/event.h"

namespace waybill::projector {

// In the order in which one may follow another: a delivery never goes back.
enum class DeliveryState : std::uint8_t {
  accepted = 0,
  in_doubt = 1,
  deferred = 2,
  dropped = 3,
  rejected = 4,
  forwarded = 5,
  not_understood = 6,  // a report came, and nobody knows what it says
  bounced = 7,
  delivered = 8,
};

// "accepted", "in_doubt", ...; "unknown" for a state that is none.
std::string_view name_of(DeliveryState state);

// The state after `event` for a delivery that was in `now`.
DeliveryState state_after(DeliveryState now, const schemas::Event& event);

// One copy of one message, and what became of it.
struct DeliveryFacts {
  DeliveryState state = DeliveryState::accepted;
  std::string alias;
  std::string target;
  std::optional<std::string> sender;
  std::string domain;
  std::string message_id;         // 16 octets or empty
  std::uint64_t accepted_at = 0;  // ns since 1970, as the next
  std::uint64_t changed_at = 0;
};

// Whether `event` is of the delivery itself, and not of another message that reports on it; gives
// the delivery's target, as the event names it.
std::optional<std::string_view> target_of_delivery(const schemas::Event& event,
                                                   std::string_view delivery_id);

// `events`: those of its row, in their order. nullopt: none is of this delivery.
std::optional<DeliveryFacts> facts_of(std::string_view delivery_id,
                                      const std::vector<schemas::Event>& events);

// A delivery has two or three events. What a return path may bring on top is bounded by the relay;
// a row that is full (some 1,000 events) takes no more, and the events stay in the archive. Its
// state is then that of the events that it has.
inline constexpr std::size_t kMaxIndexesOctets = 4096;

}  // namespace waybill::projector

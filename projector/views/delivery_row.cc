#include "projector/views/delivery_row.h"

#include <algorithm>

#include "projector/views/destination.h"
#include "schemas/kind.h"

namespace waybill::projector {
namespace {

using schemas::Event;
namespace pb = schemas::pb;

// What the event would make of a delivery that nothing is known of yet.
DeliveryState state_said_by(const Event& event) {
  switch (event.body_case()) {
    case Event::kForwarded: return DeliveryState::forwarded;
    case Event::kRejected: return DeliveryState::rejected;
    case Event::kDeferred: return DeliveryState::deferred;
    case Event::kDropped: return DeliveryState::dropped;
    case Event::kInDoubt: return DeliveryState::in_doubt;
    case Event::kBounced:
      if (event.bounced().class_() == pb::BOUNCE_CLASS_DELIVERED) return DeliveryState::delivered;
      if (schemas::says_bounced(event.bounced().class_())) return DeliveryState::bounced;
      if (event.bounced().class_() == pb::BOUNCE_CLASS_UNRECOGNISED) {
        return DeliveryState::not_understood;
      }
      return DeliveryState::accepted;
    case Event::kAccepted:
    case Event::kControl:
    case Event::kAccess:
    case Event::BODY_NOT_SET: break;
  }
  return DeliveryState::accepted;
}

bool may_follow(DeliveryState now, DeliveryState next) {
  if (next >= DeliveryState::not_understood) {
    // A report can overtake the record of the hand-over, and it proves one that was in doubt. One
    // that is understood says more than one that is not.
    return now == DeliveryState::accepted || now == DeliveryState::in_doubt ||
           now == DeliveryState::forwarded || (now == DeliveryState::not_understood && next > now);
  }
  return now <= DeliveryState::deferred && next > now;
}

// The acceptance knows best; of other events the first to name something is taken. A report's own
// envelope says nothing of who sent the message.
void take_envelope(const Event& event, DeliveryFacts& facts) {
  const bool best = event.has_accepted();
  if (best || facts.alias.empty()) facts.alias = event.alias();
  if (best || facts.domain.empty()) facts.domain = event.domain();
  if (best || facts.message_id.empty()) facts.message_id = event.message_id();
  if (event.has_sender() && (best || (!facts.sender && !event.has_bounced()))) {
    facts.sender = event.sender();
  }
}

}  // namespace

std::string_view name_of(DeliveryState state) {
  switch (state) {
    case DeliveryState::accepted: return "accepted";
    case DeliveryState::in_doubt: return "in_doubt";
    case DeliveryState::deferred: return "deferred";
    case DeliveryState::dropped: return "dropped";
    case DeliveryState::rejected: return "rejected";
    case DeliveryState::forwarded: return "forwarded";
    case DeliveryState::not_understood: return "not_understood";
    case DeliveryState::bounced: return "bounced";
    case DeliveryState::delivered: return "delivered";
  }
  return "unknown";
}

DeliveryState state_after(DeliveryState now, const Event& event) {
  const DeliveryState next = state_said_by(event);
  return may_follow(now, next) ? next : now;
}

std::optional<std::string_view> target_of_delivery(const Event& event,
                                                   std::string_view delivery_id) {
  const schemas::KindTraits* const kind = schemas::find_kind(event.body_case());
  if (kind == nullptr || !kind->speaks_of_delivery) return std::nullopt;
  if (event.has_accepted() && event.accepted().targets_size() > 0) {
    const auto& targets = event.accepted().targets();
    const auto chosen = std::find_if(targets.begin(), targets.end(), [&](const auto& target) {
      return target.delivery_id() == delivery_id;
    });
    if (chosen == targets.end()) return std::nullopt;
    return chosen->target();
  }
  if (event.delivery_id() != delivery_id) return std::nullopt;
  return target_of(event);
}

std::optional<DeliveryFacts> facts_of(std::string_view delivery_id,
                                      const std::vector<Event>& events) {
  std::optional<DeliveryFacts> facts;
  std::string put_off;  // the message of the last Deferred that ended an acceptance
  for (const Event& event : events) {
    const auto target = target_of_delivery(event, delivery_id);
    if (!target) continue;
    if (!facts) facts.emplace().changed_at = event.occurred_at();
    // A retry is another message in SMTP's sense, and goes on under the same delivery; as does a
    // transaction under that which an RCPT of its own has put off, where it names an alias twice.
    const bool again = event.has_accepted() && event.message_id() != put_off;
    if (again && facts->state == DeliveryState::deferred) facts->state = DeliveryState::accepted;
    const bool at_rcpt = event.has_deferred() && event.deferred().stage() == pb::STAGE_RCPT;
    if (event.has_deferred() && !at_rcpt) put_off = event.message_id();
    take_envelope(event, *facts);
    if (event.has_accepted() || facts->target.empty()) facts->target = *target;
    if (event.has_accepted()) facts->accepted_at = event.occurred_at();
    if (const DeliveryState next = state_after(facts->state, event); next != facts->state) {
      facts->state = next;
      facts->changed_at = event.occurred_at();
    }
  }
  if (facts && facts->message_id.size() != 16) facts->message_id.clear();
  return facts;
}

}  // namespace waybill::projector

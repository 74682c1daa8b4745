#include "projector/views/destination.h"

#include "projector/views/timeline_key.h"

namespace waybill::projector {

using schemas::Event;

std::string_view target_of(const Event& event) {
  switch (event.body_case()) {
    case Event::kForwarded: return event.forwarded().target();
    case Event::kRejected: return event.rejected().target();
    case Event::kDeferred: return event.deferred().target();
    case Event::kBounced: return event.bounced().target();
    case Event::kInDoubt: return event.in_doubt().target();
    // An Accepted may name several.
    case Event::kAccepted:
    case Event::kDropped:
    case Event::kControl:
    case Event::kAccess:
    case Event::BODY_NOT_SET: return {};
  }
  return {};
}

Destination destination_of(const Event& event, const Sought* sought, std::string& joined) {
  const auto wanted = [sought](std::string_view target) {
    return sought == nullptr || sought->is(address_in_role(Role::target, target));
  };
  if (!event.has_accepted() || event.accepted().targets().empty()) {
    const std::string_view target = target_of(event);
    return {wanted(target) ? target : std::string_view(), event.delivery_id()};
  }
  const schemas::pb::ChosenTarget* last = nullptr;
  int count = 0;
  joined.clear();
  for (const schemas::pb::ChosenTarget& chosen : event.accepted().targets()) {
    if (!wanted(chosen.target())) continue;
    if (++count > 1) joined += ", ";
    joined += chosen.target();
    last = &chosen;
  }
  if (count == 1) return {last->target(), last->delivery_id()};
  return {joined, {}};
}

}  // namespace waybill::projector

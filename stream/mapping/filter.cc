#include "stream/mapping/filter.h"

#include <optional>
#include <string_view>

namespace waybill::stream {
namespace {

using schemas::Event;

// The rule that speaks in it; nullopt: its kind has none.
std::optional<std::string_view> rule_of(const Event& event) {
  switch (event.body_case()) {
    case Event::kRejected: return event.rejected().rule();
    case Event::kDeferred: return event.deferred().rule();
    case Event::kDropped: return event.dropped().rule();
    case Event::kAccepted:
    case Event::kForwarded:
    case Event::kBounced:
    case Event::kInDoubt:
    case Event::kControl:
    case Event::kAccess:
    case Event::BODY_NOT_SET: break;
  }
  return {};
}

}  // namespace

bool Filter::passes(const Event& event) const {
  if (!kinds.empty()) {
    const schemas::KindTraits* const kind = schemas::find_kind(event.body_case());
    if (kind == nullptr || !kinds.contains(kind->kind)) return false;
  }
  if (!domains.empty() && !domains.contains(event.domain())) return false;
  if (!bounce_classes.empty() && event.has_bounced() &&
      !bounce_classes.contains(event.bounced().class_())) {
    return false;
  }
  const auto rule = rule_of(event);
  return rules.empty() || !rule || rules.contains(*rule);
}

}  // namespace waybill::stream

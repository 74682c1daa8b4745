#include "app/return_paths/try_events.h"

namespace waybill::app {

using schemas::Event;

namespace {

const std::string& target_of(const Event& event) {
  if (event.has_forwarded()) return event.forwarded().target();
  return event.has_deferred() ? event.deferred().target() : event.in_doubt().target();
}

}  // namespace

relay::plan::TryKey key_of_try(const Event& event) {
  return relay::plan::try_key(event.sender(), event.alias(), target_of(event));
}

bool leaves_open(const Event& event) {
  return event.has_in_doubt() ||
         (event.has_deferred() && event.deferred().stage() == schemas::pb::STAGE_BODY);
}

bool has_content(const Event& event) {
  return event.has_forwarded() &&
         event.forwarded().content_digest().size() == relay::plan::kContentDigestOctets;
}

}  // namespace waybill::app

// Where an event went or would have gone, whatever its kind. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "projector/views/spelling.h"
#include "schemas/event.h"

namespace waybill::projector {

// The one target that the event names; empty where there is none, and of an Accepted, which may
// name several.
std::string_view target_of(const schemas::Event& event);

struct Destination {
  std::string_view target;       // empty: none; several of an Accepted are joined by ", "
  std::string_view delivery_id;  // empty where there are several
};

// With `sought`: what of it went to that address. `joined` is where joined targets are kept.
Destination destination_of(const schemas::Event& event, const Sought* sought, std::string& joined);

}  // namespace waybill::projector

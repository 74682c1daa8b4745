// What an event says of a try. Pure.
#pragma once

#include "relay/plan/tries.h"
#include "schemas/event.h"

namespace waybill::app {

// Of a Deferred, an InDoubt or a Forwarded.
relay::plan::TryKey key_of_try(const schemas::Event& event);

// The sender of its message was asked to send it again, or a crash left it without an answer.
bool leaves_open(const schemas::Event& event);

// A Forwarded that says which content a target has.
bool has_content(const schemas::Event& event);

}  // namespace waybill::app

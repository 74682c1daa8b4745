// beyond_hop: what a message needs and a next hop does not offer. Pure function.
#pragma once

#include <optional>

#include "relay/message/needs.h"
#include "relay/policy/rules.h"
#include "relay/smtp/client_core.h"

namespace waybill::relay::forward {

// The rule that refuses the message; nullopt: the next hop can carry it. Where SMTPUTF8 is needed
// it is the one to name: 8BITMIME comes with it (RFC 6531 3.1). Conversion is not ours (RFC 6152 3
// leaves the choice).
std::optional<policy::Rule> beyond_hop(message::Needs needs, const smtp::Extensions& offered);

}  // namespace waybill::relay::forward

// What a next hop's refusal is about, where it is about us: our address and its good name, how much
// we send, or what forwarding breaks. Servers say it in text alone, each in its own; RFC 3463 and
// RFC 7372 have codes for little of it.
//
// A refusal of the recipient, of the message's content or of its sender is not about us, and says
// nothing here. Pure, any thread.
#pragma once

#include <optional>
#include <string_view>

#include "relay/policy/rules.h"
#include "schemas/reply.h"

namespace waybill::relay::forward {

// One of next_hop_blocks, next_hop_reputation, next_hop_throttles and next_hop_authentication;
// nullopt: a positive reply, or nothing that is known.
std::optional<policy::Rule> about_us(const schemas::Reply& reply);

// Whether a server that takes our mail by agreement refuses to send for us, and not this recipient
// or this message: at its greeting, the reverse-path that we gave, a relaying, or for want of a
// log-in. `command` is the one that was answered; servers say at RCPT what they think of MAIL.
// `return_path`: what MAIL named, as it stands between the angle brackets; empty: the null sender.
bool refuses_to_send_for_us(const schemas::Reply& reply, std::string_view command,
                            std::string_view return_path);

}  // namespace waybill::relay::forward

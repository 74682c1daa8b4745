// asks_for_tls: whether a next hop refuses because it wants encryption or a log-in first. That is
// between the two servers and says nothing of the sender's message, who hears 451. Pure function.
#pragma once

#include <optional>

#include "relay/forward/hop_answer.h"
#include "relay/forward/hop_session.h"

namespace waybill::relay::forward {

// A deferral of ours, with the next hop's words; nullopt: the reply is of another kind. 530
// (RFC 3207 4, RFC 4954 6), the statuses 5.7.10 and 5.7.11 of the registry of RFC 5248, and a
// refusal whose words name STARTTLS.
std::optional<HopAnswer> asks_for_tls(const Answered& answered);

}  // namespace waybill::relay::forward

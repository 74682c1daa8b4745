// The relay's time limits. Sizes and counts that an operator may set are in Settings (settings.h).
//
// The sender waits while we ask a next hop, so our own waits as a client must end before the
// sender's own: a sender gives RCPT 5 minutes and the end of data 10 (RFC 5321 4.5.3.2.3,
// 4.5.3.2.6).
#pragma once

#include <chrono>
#include <cstdint>

#include "schemas/limits.h"

namespace waybill::relay {

using std::chrono::minutes;
using std::chrono::seconds;

// As a server (RFC 5321 4.5.3.2.7: at least 5 minutes for the next command). A whole command line
// has to arrive within it: single octets do not extend it.
inline constexpr minutes kCommandTimeout{5};
// Between two pieces of a body (RFC 5321 4.5.3.2.5: 3 minutes for a data block).
inline constexpr minutes kBodyPieceTimeout{3};
// The minimum data rate is asked for only after this: a slow start is no attack.
inline constexpr seconds kBodyRateGrace{30};
// Refusals in one session since its last message after which each further one waits: a clumsy
// sender does not notice, a harvester of addresses does.
inline constexpr std::uint32_t kRefusalsAtOnce = 10;
inline constexpr seconds kRefusalDelay{1};
// Recipients beyond max_recipients that are no refusals: a sender with many goes on to name them
// all, and sends those that were left over in another transaction (RFC 5321 4.5.3.1.10).
inline constexpr std::uint32_t kRecipientOvershoot = 1000;
// A client that does not read our replies.
inline constexpr minutes kReplyTimeout{1};
// The 421 to a client whose session is ended while it is silent: the end of the process waits.
inline constexpr seconds kFarewellTimeout{2};
// Replies to a group of MAIL and RCPT leave together if that takes no longer (RFC 2920 3.2).
inline constexpr std::chrono::milliseconds kReplyGroup{200};

// As a client, each also bounded by the deadline of the whole step.
// For leave to connect, where as many connections are open as may be (HopBudget).
inline constexpr seconds kLeaveTimeout{5};
inline constexpr seconds kConnectTimeout{15};  // several addresses must fit in the RCPT deadline
// Greeting and EHLO of one address (RFC 5321 4.5.3.2.1). Where other addresses are left, one may
// take half of what is left of the step, so that a server that never greets leaves them a turn.
inline constexpr minutes kGreetingTimeout{5};
inline constexpr minutes kDataCommandTimeout{2};  // RFC 5321 4.5.3.2.4
// The answer to STARTTLS, so that one that does not come leaves time to go on without.
inline constexpr seconds kStartTlsTimeout{20};
// A next hop that has refused a log-in is not asked by it again for so long: providers count wrong
// passwords, and lock out an account that is tried too often.
inline constexpr seconds kLoginRest{60};
// The same where it could not judge the log-in just then (RFC 4954 6): whoever comes at once again,
// with each message of a burst, is slowed down.
inline constexpr seconds kLoginPause{10};
inline constexpr seconds kQuitTimeout{2};  // courtesy only
inline constexpr seconds kDnsTimeout{20};

// Connections kept open for the next message, so that a busy route pays for no handshakes. Next
// hops close idle ones after 5 minutes at the earliest (RFC 5321 4.5.3.2.7); we do
// so long before.
inline constexpr seconds kIdleConnectionLife{20};
inline constexpr std::size_t kIdleConnectionsPerHop = 20;  // that are protected alike
inline constexpr std::size_t kIdleConnections = 200;
// A next hop may count messages of one connection; many servers end it at 100.
inline constexpr int kMessagesPerConnection = 100;

// From a recipient's first question to the acceptance of the body: no honest sender takes longer.
inline constexpr std::chrono::hours kLongestTransaction{1};

// RFC 5321 6.3: loops are found by counting trace headers; 50 leaves room for any honest path.
inline constexpr int kMaxReceivedHeaders = 50;

using schemas::kReportsPerReturnPath;
// A header is held and judged whole up to this many octets at least; a longer one is refused, for
// its authors could hide behind it. Headers of real mail, with all that servers add, are below 100
// KiB.
inline constexpr std::uint64_t kHeaderOctets = 256 << 10;

// Notices of success that a thread brings home at one time, behind the reply; one more is left out.
inline constexpr std::size_t kMostNotices = 32;

// For the look-up of a return path.
inline constexpr seconds kReturnPathTimeout{10};
// All questions of SPF, DKIM and DMARC about one message.
inline constexpr seconds kTrustTimeout{20};
// Of it SPF and DKIM have so much, at the same time, and DMARC the rest: eight seconds are many
// times what a name server needs that wants its policy to be known.
inline constexpr seconds kEvidenceTimeout{12};

// A turn to report on a delivery is held over all of these; what is left is for the log.
static_assert(schemas::kTurnLife > schemas::kMaxFinalDeadline + kReturnPathTimeout + kTrustTimeout);

// Octets read from a socket at once: a typical message in one piece.
inline constexpr std::size_t kReadOctets = 32 << 10;

}  // namespace waybill::relay

// verify(): judges the DKIM signatures of one message (RFC 6376 6, RFC 8301, RFC 8463).
//
// Promises: a result for each signature that is judged, in the header's order; a single `none` for
// a message without any; one `policy` for a message beyond the limits below. A key that DNS does
// not give by the deadline is `temperror`. Nothing of the message is kept, keys are (kept_keys.h).
// The body is read once at most, and not where no signature of its hash holds.
//
// Other coroutines of the thread run between signatures and between pieces of the body
// (hash_body.h).
//
// What `pass` does not say: that d= has anything to do with the From field (that is DMARC), or that
// fields were not added which the signer did not foresee (RFC 6376 8.15). But it says that every
// From field is signed, however many there are, and all of the body: a signature with l= passes if
// nothing is behind what it is of.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "relay/trust/dkim/body_source.h"
#include "relay/trust/dkim/result.h"
#include "runtime/dns/resolver.h"
#include "runtime/time.h"

namespace waybill::relay::trust::dkim {

// Signatures judged, from the top; those below get no result. Each costs a DNS question and a
// public key operation (RFC 6376 8.4).
inline constexpr std::size_t kMaxSignatures = 10;
// Octets of a header that is judged: many times what real mail has, and cheap to hold.
inline constexpr std::size_t kMaxHeaderOctets = 256 << 10;
// Fields of a header that is judged: ten times what real mail has.
inline constexpr std::size_t kMaxFields = 1000;
// Key records at one name: one, or one of each type while they change. Each is decoded on the I/O
// thread and takes the place of another one that was kept.
inline constexpr std::size_t kMaxKeysAtName = 4;

// `header`: all octets before the body, or all fields without the empty line; lines end in CRLF.
// The resolver, `header` and `body` outlive the task. `now` is compared with t= and x=.
// Errors are those of `body`.
runtime::Task<runtime::Result<std::vector<DkimResult>>> verify(runtime::dns::Resolver& resolver,
                                                               std::string_view header,
                                                               BodySource& body,
                                                               runtime::WallTime now,
                                                               runtime::Instant deadline);

}  // namespace waybill::relay::trust::dkim

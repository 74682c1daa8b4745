// Packing: answers in the coding that their clients read, and none where the client has it already:
// made where the answer is made.
#pragma once

#include "http/handler.h"

namespace waybill::http {

// Octets of a body: a small one goes as it is, for a packed one saves no packet of the network.
inline constexpr std::size_t kWorthPacking = 1 << 10;

// What it reads goes out as zstd or gzip where Accept-Encoding takes that (RFC 9110 12.5.3, 8.4).
//
// Of GET and HEAD an answer of 200 has a strong ETag (RFC 9110 8.8.3): a digest of the octets that
// go out, so that each coding has its own. Where If-None-Match has it, the answer is 304 and has no
// content; what it shows is in `shown` all the same. An answer that tells a moment (response.h) has
// no ETag, and costs no digest: it would be found by nobody.
//
// To pack takes too long for a connection's thread: of who reads packed answers a QuickRead is a
// Read. Responses, Deeds and Streams go as they are.
void pack(Plan& plan, const Request& request);

}  // namespace waybill::http

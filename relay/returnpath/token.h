// Token: the local part of a generated return path, "b.<47 letters>". It names one delivery, shows
// nobody's address, and cannot be made or altered without the key.
//
//   1   version (3 bits, 1) and key id (5 bits)
//   2   partition of the log, big-endian
//   16  delivery id: a UUIDv7, so its time is inside
//   10  HMAC-SHA-256 over these and the domain, truncated (RFC 2104 5)
//
// in lower-case base32 without padding (RFC 4648 6). Letters may change their case on the way, and
// the local part may come back quoted. Pure functions; no look-up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "relay/returnpath/key_ring.h"
#include "runtime/time.h"
#include "schemas/ids.h"

namespace waybill::relay::returnpath {

struct TokenFacts {
  std::uint16_t partition = 0;
  schemas::DeliveryId delivery;
  friend bool operator==(const TokenFacts&, const TokenFacts&) = default;
};

// 49 octets, of the 64 that a local part may have (RFC 5321 4.5.3.1.1).
std::string issue_token(const Key& key, std::string_view domain, const TokenFacts& facts);

// True for a local part of the form above, signed by us or not: none of these is ever an alias.
bool has_token_form(std::string_view local);

// nullopt: not made by us for this domain.
std::optional<TokenFacts> read_token(const KeyRing& keys, std::string_view domain,
                                     std::string_view local);

}  // namespace waybill::relay::returnpath

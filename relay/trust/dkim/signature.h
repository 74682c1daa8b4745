// One DKIM-Signature field: its tags, and what is wrong with them before any key is asked for.
// RFC 6376 3.5, RFC 8301, RFC 8463. Any octets may come in; linear time.
//
// RFC 8301 makes rsa-sha1 worthless, and l= lets anybody add to the body (RFC 6376 8.2): both are
// `policy`, not `pass`. Signatures whose names are not ASCII (RFC 8616) are `neutral`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/trust/dkim/result.h"
#include "runtime/time.h"

namespace waybill::relay::trust::dkim {

// Header field names in h=: real signatures name about twenty. libopendkim cuts the list at 4095
// octets without a word, so neither limit may grow past that.
inline constexpr std::size_t kMaxSignedNames = 200;
inline constexpr std::size_t kMaxSignedNamesOctets = 4000;
// Octets of i= as written: libopendkim cuts it at 256.
inline constexpr std::size_t kMaxIdentityOctets = 250;
// Signers' clocks may be this far from ours.
inline constexpr std::chrono::minutes kClockSkew{5};

enum class KeyType { rsa, ed25519 };

// Seconds since 1970, as t= and x= have them.
using SignatureTime = std::uint64_t;

struct Signature {
  std::string domain;     // d= in lower case; a name of two labels or more, or empty
  std::string selector;   // s=; a name, or empty
  std::string identity;   // i= decoded, its control octets as "?"
  std::string algorithm;  // a=
  KeyType key_type = KeyType::rsa;
  std::vector<std::string> signed_names;  // h= in upper case, in order
  std::optional<SignatureTime> signed_at;
  std::optional<SignatureTime> expires_at;
  std::optional<Fault> fault;  // the first that was met; what came before it is filled in

  // The domain of i=, in lower case; that of d= without i=.
  std::string identity_domain() const;
  // Where the key is (RFC 6376 3.6.2.1), in lower case; only without a fault.
  std::string key_name() const;
  // How often h= names a field. `name` is in upper case.
  std::size_t times_signed(std::string_view name) const;
};

// `value`: what stands behind the field's colon, folded as it came.
Signature parse_signature(std::string_view value);

// What the time makes of a sound signature: expired, or of the future.
std::optional<Fault> fault_at(const Signature& signature, runtime::WallTime now);

}  // namespace waybill::relay::trust::dkim

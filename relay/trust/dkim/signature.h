// One DKIM-Signature field: its tags, and what is wrong with them before any key is asked for.
// RFC 6376 3.5, RFC 8301, RFC 8463. Any octets may come in; linear time.
//
// RFC 8301 makes rsa-sha1 worthless: `policy`, not `pass`. Signatures whose names are not ASCII
// (RFC 8616) are `neutral`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/trust/dkim/body_hash.h"
#include "relay/trust/dkim/canonical.h"
#include "relay/trust/dkim/result.h"
#include "runtime/time.h"

namespace waybill::relay::trust::dkim {

// Header field names in h=: real signatures name about twenty, and a header that is judged has no
// more than a thousand fields (verify.h).
inline constexpr std::size_t kMaxSignedNames = 1000;
inline constexpr std::size_t kMaxSignedNamesOctets = 16 << 10;
// Octets of i= as written: an address has 320 at most (RFC 5321 4.5.3.1), and each may be three.
inline constexpr std::size_t kMaxIdentityOctets = 1000;
// Octets of b= in base64: a signature by a key of kMaxRsaBits (key_record.h) has 1368.
inline constexpr std::size_t kMaxDataText = 1500;
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
  Form header_form = Form::simple;  // c=
  Form body_form = Form::simple;
  std::string body_hash;  // bh=, decoded
  SignedLength length;    // l=
  std::string data;       // b=, decoded
  // Where the value of b= stands in the text, from its "=" to the next ";" or the end.
  std::size_t data_begin = 0;
  std::size_t data_end = 0;
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

// What s= and d= may be: labels as host names have them, and underscores, which selectors use.
bool is_name(std::string_view text);

// `value`: what stands behind the field's colon, folded as it came.
Signature parse_signature(std::string_view value);

// What the time makes of a sound signature: expired, or of the future.
std::optional<Fault> fault_at(const Signature& signature, runtime::WallTime now);

}  // namespace waybill::relay::trust::dkim

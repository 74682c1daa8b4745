// A DKIM key as its owner publishes it in DNS, and whether a signature may use it.
// RFC 6376 3.6.1, 6.1.2; RFC 8301; RFC 8463. Any octets may come in; linear time.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/trust/dkim/result.h"
#include "relay/trust/dkim/signature.h"
#include "runtime/public_key.h"

namespace waybill::relay::trust::dkim {

// Octets of a record: a key of kMaxRsaBits has 1416 in base64, and its tags some twenty.
inline constexpr std::size_t kMaxKeyRecord = 2000;
// RFC 8301 3.2: shorter keys can be broken.
inline constexpr unsigned kMinRsaBits = 1024;
// RFC 8301 3.2 asks for 4096. Twice that is 300 us of a processor for a signature.
inline constexpr unsigned kMaxRsaBits = 8192;
// Bits of an RSA key's exponent: nearly everybody's has 17. One as long as the modulus takes a
// hundred times as long to verify with.
inline constexpr unsigned kMaxRsaExponentBits = 64;

struct KeyRecord {
  std::string type;                   // k=, "rsa" if absent
  std::vector<std::string> hashes;    // h=; empty: any
  std::vector<std::string> services;  // s=; empty: any
  std::vector<std::string> flags;     // t=
  bool is_revoked = false;            // p= is empty
  // p=, ready for use; nullptr: why not, `fault` says.
  std::shared_ptr<const runtime::PublicKey> key;
  std::optional<Fault> fault;

  bool has_flag(std::string_view flag) const;
};

// Nothing for a text that is not a key record: bad syntax, no p=, another version.
std::optional<KeyRecord> parse_key_record(std::string_view text);

// Why `signature`, which is without a fault, may not be verified with the key.
std::optional<Fault> unfit(const KeyRecord& key, const Signature& signature);

}  // namespace waybill::relay::trust::dkim

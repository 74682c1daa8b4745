// A DKIM key as its owner publishes it in DNS, and whether a signature may use it.
// RFC 6376 3.6.1, 6.1.2; RFC 8301; RFC 8463. Any octets may come in; linear time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/trust/dkim/result.h"
#include "relay/trust/dkim/signature.h"

namespace waybill::relay::trust::dkim {

// Base64 octets of a key: RSA of 4096 bits, the largest that RFC 8301 3.2 asks for, has 736;
// libopendkim's buffer holds no more than 1024 with the tags.
inline constexpr std::size_t kMaxKeyText = 1000;
// RFC 8301 3.2: shorter keys can be broken.
inline constexpr unsigned kMinRsaBits = 1024;

struct KeyRecord {
  std::string type;                   // k=, "rsa" if absent
  std::vector<std::string> hashes;    // h=; empty: any
  std::vector<std::string> services;  // s=; empty: any
  std::vector<std::string> flags;     // t=
  std::string key;                    // p= without folding, RSA as rsa_key.h says; empty: revoked

  bool has_flag(std::string_view flag) const;
};

// Nothing for a text that is not a key record: bad syntax, no p=, another version.
std::optional<KeyRecord> parse_key_record(std::string_view text);

// Why `signature`, which is without a fault, may not be verified with the key.
std::optional<Fault> unfit(const KeyRecord& key, const Signature& signature);

}  // namespace waybill::relay::trust::dkim

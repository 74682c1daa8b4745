// The keys of an issuer of tokens, from the document in which it publishes them (JWKS, RFC 7517 5).
//
// Promises: a key is used if it is public, for signatures, and strong; whatever else is in the
// document is left out with a reason, and the rest is used all the same (RFC 7517 5), for an issuer
// may publish keys for others too. A document whose JSON readers could read in two ways is refused
// whole.
// The caller owes: a document that came over a connection which the issuer's name was checked on.
// Immutable once read: any thread, many at one time. No input, no output, no clock.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/jwt/jws_algorithm.h"
#include "runtime/failure.h"
#include "runtime/public_key.h"

namespace waybill::control {

// Octets of a document: the largest issuers publish some 20 KiB, certificates and all.
inline constexpr std::size_t kLongestKeySet = 256 * 1024;
// Keys of a document, used or not: an issuer has two or three of each kind while one replaces
// another, a large one a dozen.
inline constexpr std::size_t kMostKeys = 64;
// Bits of an RSA modulus: RFC 7518 3.3 asks for 2048; above 8192 a check takes milliseconds.
inline constexpr unsigned kLeastRsaBits = 2048;
inline constexpr unsigned kMostRsaBits = 8192;
// Bits of an RSA exponent, 17 for nearly everybody: a check takes time in proportion.
inline constexpr unsigned kMostExponentBits = 64;

struct VerificationKey {
  std::optional<std::string> kid;
  JwsAlgorithm algorithm;  // the one that the key is for
  std::shared_ptr<const runtime::PublicKey> key;
};

class KeySet {
 public:
  // Errc::limit_exceeded: the document is too long or has too many keys; Errc::invalid: it is no
  // JWKS. A set without a usable key is one too.
  static runtime::Explained<KeySet> parse(std::string_view json);

  // In the order of the document. Several may have one kid (RFC 7517 4.5): each is tried.
  const std::vector<VerificationKey>& keys() const { return keys_; }
  std::size_t usable() const { return keys_.size(); }
  // A line for each key that is not used: `key 2, "old": RSA of 1024 bits, at least 2048 are asked
  // for`. Keys count from 1.
  const std::vector<std::string>& left_out() const { return left_out_; }

 private:
  std::vector<VerificationKey> keys_;
  std::vector<std::string> left_out_;
};

}  // namespace waybill::control

// sign(): the DKIM-Signature field of one key over one message (RFC 6376 5, RFC 8301, RFC 8463).
// A pure function; sans-I/O.
//
// Promises: what is signed is relaxed/relaxed, all of the body (no l=, behind which anybody could
// add, RFC 6376 8.2), and the fields below; verify() holds the field, with the message behind it,
// for `pass`. Nothing of the message stands in the field but hashes of it, so that no message can
// break it. There is no x=: what it would shorten, the time in which somebody may send the message
// again, it shortens for a next hop's queue too.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/crypto.h"
#include "runtime/private_key.h"
#include "runtime/time.h"

namespace waybill::relay::trust::dkim {

// RFC 8301 3.2: shorter keys can be broken, and longer ones need not be verified by anybody.
inline constexpr unsigned kMinSigningBits = 1024;
inline constexpr unsigned kMaxSigningBits = 4096;

struct SigningKey {
  std::string domain;    // d=, an A-label
  std::string selector;  // s=
  std::shared_ptr<const runtime::PrivateKey> key;

  // Where its record is (RFC 6376 3.6.2.1).
  std::string record_name() const { return selector + "._domainkey." + domain; }
};

// The field with its CRLFs, to be put in front of the message. `header`: all fields of the message,
// with or without the empty line. `body_hash`: of the body's relaxed form, all of it.
// Empty for a header that nobody could verify: without a From field, with a NUL or a bare CR or LF
// in it, or beyond the limits of verify.h.
//
// The octets of the fields and the names in h= are gone through once for each key.
std::string sign(std::string_view header, const runtime::Digest& body_hash, const SigningKey& key,
                 runtime::WallTime now);

// That of each key, in their order.
std::string sign(std::string_view header, const runtime::Digest& body_hash,
                 const std::vector<SigningKey>& keys, runtime::WallTime now);

// The hash that they ask for, of a message that is all here.
runtime::Digest relaxed_body_hash(std::string_view message);

}  // namespace waybill::relay::trust::dkim

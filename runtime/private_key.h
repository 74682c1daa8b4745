// Private keys that sign, by OpenSSL, for those that hold signatures against public_key.h: RSA with
// PKCS #1 v1.5 padding over SHA-256 (RFC 8017 8.2), and Ed25519 (RFC 8032). A key is immutable: any
// thread, many at one time.
//
// A signature by RSA of 2048 bits costs some 250 us of a processor, by Ed25519 50 us; to make a key
// of RSA takes a tenth of a second.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/crypto.h"

namespace waybill::runtime {

class PrivateKey {
 public:
  enum class Type : std::uint8_t { rsa, ed25519 };

  // A fresh one; RSA of kFreshRsaBits.
  static std::shared_ptr<const PrivateKey> make(Type type);
  // `pem`: the first key in it, in PKCS #8 (RFC 5958) or PKCS #1 (RFC 8017 A.1.2), not encrypted.
  // nullptr: there is none, or it is of another type. It stays nowhere but in the key.
  static std::shared_ptr<const PrivateKey> read(std::string_view pem);

  ~PrivateKey();
  PrivateKey(const PrivateKey&) = delete;
  PrivateKey& operator=(const PrivateKey&) = delete;

  Type type() const { return type_; }
  // Bits of an RSA modulus, 256 of Ed25519.
  unsigned bits() const;
  // PKCS #8.
  std::string pem() const;
  // As DNS has it (RFC 6376 3.6.1, RFC 8463 4): of RSA a SubjectPublicKeyInfo (RFC 5280 4.1), of
  // Ed25519 the 32 octets.
  std::string public_octets() const;

  // RSA: of what has this digest. Ed25519: of the digest itself, as RFC 8463 3 has it.
  std::string sign(const Digest& digest) const;

 private:
  struct Key;  // EVP_PKEY
  PrivateKey(Type type, std::unique_ptr<Key> key);

  Type type_;
  std::unique_ptr<Key> key_;
};

// RFC 8301 3.2: signers should use 2048 at least. Longer ones do not fit in one UDP answer of
// 512 octets (RFC 1035 4.2.1), and some verifiers take none.
inline constexpr unsigned kFreshRsaBits = 2048;

}  // namespace waybill::runtime

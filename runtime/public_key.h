// Public keys that signatures are held against, by OpenSSL: RSA with PKCS #1 v1.5 padding over
// SHA-256 (RFC 8017 8.2), and Ed25519 (RFC 8032). A key is immutable: any thread, many at one time.
//
// A check costs some 25 us of a processor for RSA of 2048 bits, 60 us for Ed25519, 300 us for RSA
// of 8192 bits; to read a key costs about as much again, so that keys in use are worth keeping.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "runtime/crypto.h"

namespace waybill::runtime {

// Octets of an Ed25519 key (RFC 8032 5.1.5).
inline constexpr std::size_t kEd25519Octets = 32;

class PublicKey {
 public:
  // `der`: a SubjectPublicKeyInfo (RFC 5280 4.1) around an RSA key, or the RSAPublicKey itself (RFC
  // 8017 A.1.1); what stands behind it is not looked at. nullptr: neither.
  static std::shared_ptr<const PublicKey> rsa(std::string_view der);
  // nullptr: not kEd25519Octets.
  static std::shared_ptr<const PublicKey> ed25519(std::string_view octets);

  ~PublicKey();
  PublicKey(const PublicKey&) = delete;
  PublicKey& operator=(const PublicKey&) = delete;

  // Bits of an RSA modulus, 256 of Ed25519.
  unsigned bits() const { return bits_; }
  // Bits of an RSA key's public exponent, 17 for nearly everybody: a check takes time in
  // proportion. 0 for Ed25519.
  unsigned exponent_bits() const { return exponent_bits_; }

  // RSA: the signature is of what has this digest. Ed25519: the digest is itself what was signed,
  // as RFC 8463 3 has it.
  bool has_signed(const Digest& digest, std::string_view signature) const;

 private:
  struct Key;  // EVP_PKEY
  enum class Type { rsa, ed25519 };
  PublicKey(Type type, std::unique_ptr<Key> key);

  Type type_;
  std::unique_ptr<Key> key_;
  unsigned bits_ = 0;
  unsigned exponent_bits_ = 0;
};

}  // namespace waybill::runtime

// Public keys that signatures are held against, by OpenSSL: RSA with PKCS #1 v1.5 padding over
// SHA-256 (RFC 8017 8.2), ECDSA on P-256 over SHA-256 (FIPS 186-5 6), and Ed25519 (RFC 8032). A key
// is immutable: any thread, many at one time.
//
// A check costs some 25 us of a processor for RSA of 2048 bits, 60 us for Ed25519 and P-256, 300 us
// for RSA of 8192 bits; to read a key costs about as much again, so that keys in use are worth
// keeping.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "runtime/crypto.h"

namespace waybill::runtime {

// Octets of an Ed25519 key (RFC 8032 5.1.5).
inline constexpr std::size_t kEd25519Octets = 32;
// Octets of a coordinate of P-256, and of each half of a signature by it (RFC 7518 6.2.1.2, 3.4).
inline constexpr std::size_t kP256Octets = 32;

class PublicKey {
 public:
  enum class Type { rsa, p256, ed25519 };

  // `der`: a SubjectPublicKeyInfo (RFC 5280 4.1) around an RSA key, or the RSAPublicKey itself (RFC
  // 8017 A.1.1); what stands behind it is not looked at. nullptr: neither.
  static std::shared_ptr<const PublicKey> rsa(std::string_view der);
  // Both big-endian. nullptr: one of them is even, or the exponent is 1, and any octets would be a
  // signature.
  static std::shared_ptr<const PublicKey> rsa(std::string_view modulus, std::string_view exponent);
  // The coordinates, big-endian. nullptr: not kP256Octets each, or no point of the curve.
  static std::shared_ptr<const PublicKey> p256(std::string_view x, std::string_view y);
  // nullptr: not kEd25519Octets. Whether they are a point that can be trusted is for
  // ed25519_point.h.
  static std::shared_ptr<const PublicKey> ed25519(std::string_view octets);

  ~PublicKey();
  PublicKey(const PublicKey&) = delete;
  PublicKey& operator=(const PublicKey&) = delete;

  Type type() const { return type_; }
  // Bits of an RSA modulus, 256 of P-256 and Ed25519.
  unsigned bits() const { return bits_; }
  // Bits of an RSA key's public exponent, 17 for nearly everybody: a check takes time in
  // proportion. 0 for the others.
  unsigned exponent_bits() const { return exponent_bits_; }

  // RSA, P-256: the signature is of what has this digest. Ed25519: the digest is itself what was
  // signed, as RFC 8463 3 has it. A signature by P-256 is its two numbers, kP256Octets each, and
  // not the DER that TLS has (RFC 7518 3.4).
  bool has_signed(const Digest& digest, std::string_view signature) const;
  // The signature is of these octets: of their SHA-256, and with Ed25519 of themselves (RFC 8037
  // 3.1).
  bool has_signed_octets(std::string_view octets, std::string_view signature) const;

 private:
  struct Key;  // EVP_PKEY
  PublicKey(Type type, std::unique_ptr<Key> key);
  static std::shared_ptr<const PublicKey> made(Type type, std::unique_ptr<Key> key);

  Type type_;
  std::unique_ptr<Key> key_;
  unsigned bits_ = 0;
  unsigned exponent_bits_ = 0;
};

}  // namespace waybill::runtime

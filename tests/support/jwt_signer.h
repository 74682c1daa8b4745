// Signs tokens as an issuer would, with keys made for the test.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::tests {

// A key pair of an issuer. What is said of it is text for JSON.
class JwtSigner {
 public:
  // Takes a moment: 2048 bits some 100 ms.
  static JwtSigner rsa(int bits = 2048);
  static JwtSigner p256();
  static JwtSigner ed25519();
  ~JwtSigner();
  JwtSigner(JwtSigner&&) noexcept;

  // "RS256", "ES256", "EdDSA".
  const std::string& algorithm() const { return algorithm_; }
  // The public key's own members (RFC 7518 6, RFC 8037 2): `"kty":"OKP",...`.
  std::string members() const;
  // The public key as an object, with `more` behind its members: `,"use":"sig"`.
  std::string jwk(std::string_view kid, std::string_view more = "") const;

  // As a JWS has it: RSA with PKCS #1 v1.5, the two numbers of ECDSA, Ed25519 of the octets.
  std::string sign(std::string_view octets) const;
  // A signature by P-256 as TLS has it.
  std::string sign_der(std::string_view octets) const;
  // SubjectPublicKeyInfo in PEM.
  std::string pem() const;
  // By coordinate or number, big-endian: "n" and "e"; "x" and "y"; "x" of Ed25519.
  std::string number(std::string_view name) const;

  // A compact JWS; both parts are JSON.
  std::string token(std::string_view header, std::string_view claims) const;

 private:
  struct Pair;
  JwtSigner(std::string algorithm, std::unique_ptr<Pair> pair);

  std::string algorithm_;
  std::unique_ptr<Pair> pair_;
};

// A JWKS of these keys, each a JSON object.
std::string jwks(const std::vector<std::string>& keys);

}  // namespace waybill::tests

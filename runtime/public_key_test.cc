#include "runtime/public_key.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <string>
#include <vector>

#include "tests/support/jwt_signer.h"

namespace waybill::runtime {
namespace {

std::string octets_of(const unsigned char* data, std::size_t size) {
  return std::string(reinterpret_cast<const char*>(data), size);
}

// A key pair of its own, gone with it.
class Pair {
 public:
  explicit Pair(EVP_PKEY* key) : key_(key) {}
  ~Pair() { EVP_PKEY_free(key_); }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  std::string public_key_info() const {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key_, &der);
    std::string out = octets_of(der, static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return out;
  }
  std::string bare() const {
    unsigned char* der = nullptr;
    const int size = i2d_PublicKey(key_, &der);
    std::string out = octets_of(der, static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return out;
  }
  std::string raw() const {
    std::vector<unsigned char> out(kEd25519Octets);
    std::size_t size = out.size();
    EVP_PKEY_get_raw_public_key(key_, out.data(), &size);
    return octets_of(out.data(), size);
  }
  // `method`: nullptr for Ed25519.
  std::string sign(const Digest& digest, const EVP_MD* method) const {
    std::vector<unsigned char> out(1024);
    std::size_t size = out.size();
    if (method != nullptr) {
      EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key_, nullptr);
      EVP_PKEY_sign_init(context);
      EVP_PKEY_CTX_set_signature_md(context, method);
      EVP_PKEY_sign(context, out.data(), &size, digest.data(), digest.size());
      EVP_PKEY_CTX_free(context);
    } else {
      EVP_MD_CTX* context = EVP_MD_CTX_new();
      EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key_);
      EVP_DigestSign(context, out.data(), &size, digest.data(), digest.size());
      EVP_MD_CTX_free(context);
    }
    return octets_of(out.data(), size);
  }

 private:
  EVP_PKEY* key_;
};

TEST(PublicKey, OfRsaIsReadInBothOfItsForms) {
  const Pair pair(EVP_RSA_gen(1024));
  const Digest digest = sha256("text");
  const std::string signature = pair.sign(digest, EVP_sha256());
  for (const std::string& der : {pair.public_key_info(), pair.bare()}) {
    const auto key = PublicKey::rsa(der);
    ASSERT_NE(key, nullptr);
    EXPECT_EQ(key->bits(), 1024u);
    EXPECT_EQ(key->exponent_bits(), 17u);
    EXPECT_TRUE(key->has_signed(digest, signature));
    EXPECT_FALSE(key->has_signed(sha256("other"), signature));
    EXPECT_FALSE(key->has_signed(digest, signature.substr(1)));
    EXPECT_FALSE(key->has_signed(digest, signature + "x"));
    EXPECT_FALSE(key->has_signed(digest, ""));
    EXPECT_EQ(ERR_peek_error(), 0u);
  }
}

TEST(PublicKey, OfEd25519SignsTheDigestItself) {
  const Pair pair(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const auto key = PublicKey::ed25519(pair.raw());
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->bits(), 256u);
  EXPECT_EQ(key->exponent_bits(), 0u);
  const Digest digest = sha256("text");
  const std::string signature = pair.sign(digest, nullptr);
  EXPECT_TRUE(key->has_signed(digest, signature));
  EXPECT_FALSE(key->has_signed(sha256("other"), signature));
  EXPECT_FALSE(key->has_signed(digest, signature.substr(1)));
  EXPECT_FALSE(key->has_signed(digest, ""));
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(PublicKey, IsNotReadFromOtherOctets) {
  const Pair curve(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  for (const std::string& octets : {std::string(), std::string("0"), std::string(32, '\0'),
                                    std::string(500, '\x30'), curve.public_key_info()}) {
    EXPECT_EQ(PublicKey::rsa(octets), nullptr);
  }
  EXPECT_EQ(PublicKey::ed25519(std::string(31, 'a')), nullptr);
  EXPECT_EQ(PublicKey::ed25519(std::string(33, 'a')), nullptr);
  EXPECT_EQ(PublicKey::ed25519(""), nullptr);
  EXPECT_EQ(ERR_peek_error(), 0u);
}

// RFC 8017 A.1.1, of any numbers.
TEST(PublicKey, SaysHowLongItsExponentIs) {
  const std::string number(129, '\x7f');
  const std::string modulus = "\x02\x81\x81" + number;
  const auto wrapped = [](const std::string& content) {
    std::string out = "\x30\x82";
    out += static_cast<char>(content.size() >> 8);
    out += static_cast<char>(content.size() & 0xff);
    return out + content;
  };
  EXPECT_EQ(PublicKey::rsa(wrapped(modulus + modulus))->exponent_bits(), 1031u);
  EXPECT_EQ(PublicKey::rsa(wrapped(modulus + "\x02\x01\x03"))->exponent_bits(), 2u);
}

TEST(PublicKey, OfRsaIsReadFromItsNumbers) {
  const auto signer = tests::JwtSigner::rsa(1024);
  const std::string modulus = signer.number("n");
  const std::string exponent = signer.number("e");
  const auto key = PublicKey::rsa(modulus, exponent);
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->type(), PublicKey::Type::rsa);
  EXPECT_EQ(key->bits(), 1024u);
  EXPECT_EQ(key->exponent_bits(), 17u);
  EXPECT_TRUE(key->has_signed_octets("text", signer.sign("text")));
  EXPECT_TRUE(key->has_signed(sha256("text"), signer.sign("text")));
  EXPECT_FALSE(key->has_signed_octets("other", signer.sign("text")));
  // With 1 as the exponent each signature would be its own text.
  EXPECT_EQ(PublicKey::rsa(modulus, "\x01"), nullptr);
  EXPECT_EQ(PublicKey::rsa(modulus, "\x02"), nullptr);
  EXPECT_EQ(PublicKey::rsa(modulus, ""), nullptr);
  EXPECT_EQ(PublicKey::rsa(modulus.substr(0, 127) + "\x02", exponent), nullptr);
  EXPECT_EQ(PublicKey::rsa("", exponent), nullptr);
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(PublicKey, OfP256ReadsTheTwoNumbersOfASignature) {
  const auto signer = tests::JwtSigner::p256();
  const auto key = PublicKey::p256(signer.number("x"), signer.number("y"));
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->type(), PublicKey::Type::p256);
  EXPECT_EQ(key->bits(), 256u);
  EXPECT_EQ(key->exponent_bits(), 0u);
  // Some have a number that begins with zeros, or with its highest bit set.
  for (int i = 0; i < 100; ++i) {
    const std::string text = "text " + std::to_string(i);
    const std::string signature = signer.sign(text);
    EXPECT_TRUE(key->has_signed_octets(text, signature));
    EXPECT_TRUE(key->has_signed(sha256(text), signature));
    EXPECT_FALSE(key->has_signed_octets("other", signature));
  }
  const std::string signature = signer.sign("text");
  for (const std::string& other :
       {signer.sign_der("text"), signature.substr(1), signature + std::string(1, '\0'),
        std::string(1, '\0') + signature,
        // The same two numbers.
        signature.substr(0, 32) + '\0' + signature.substr(32), std::string(64, '\0'),
        std::string(64, '\xff'), std::string()}) {
    EXPECT_FALSE(key->has_signed_octets("text", other));
  }
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(PublicKey, OfP256KeepsTheZerosOfANumber) {
  const auto signer = tests::JwtSigner::p256();
  const auto key = PublicKey::p256(signer.number("x"), signer.number("y"));
  // Every 256th signature has a second number that begins with an octet of zeros.
  std::string signature = signer.sign("text");
  while (signature[kP256Octets] != '\0') signature = signer.sign("text");
  EXPECT_TRUE(key->has_signed_octets("text", signature));
  EXPECT_FALSE(key->has_signed_octets(
      "text", signature.substr(0, kP256Octets) + signature.substr(kP256Octets + 1)));
}

TEST(PublicKey, OfP256IsAPointOfTheCurve) {
  const auto signer = tests::JwtSigner::p256();
  const std::string x = signer.number("x");
  const std::string y = signer.number("y");
  EXPECT_EQ(PublicKey::p256(y, x), nullptr);
  EXPECT_EQ(PublicKey::p256(x, x), nullptr);
  EXPECT_EQ(PublicKey::p256(std::string(32, '\0'), std::string(32, '\0')), nullptr);
  EXPECT_EQ(PublicKey::p256(std::string(32, '\xff'), y), nullptr);
  EXPECT_EQ(PublicKey::p256(x.substr(1), y), nullptr);
  EXPECT_EQ(PublicKey::p256(x, y + "y"), nullptr);
  EXPECT_EQ(PublicKey::p256("", ""), nullptr);
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(PublicKey, OfEd25519SignsOctetsOfAnyLength) {
  const auto signer = tests::JwtSigner::ed25519();
  const auto key = PublicKey::ed25519(signer.number("x"));
  for (const std::string& text : {std::string(), std::string("text"), std::string(5000, 't')}) {
    EXPECT_TRUE(key->has_signed_octets(text, signer.sign(text)));
    EXPECT_FALSE(key->has_signed_octets(text + "t", signer.sign(text)));
  }
}

}  // namespace
}  // namespace waybill::runtime

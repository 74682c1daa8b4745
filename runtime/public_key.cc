#include "runtime/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <vector>

#include "runtime/check.h"
#include "runtime/owned_key.h"

namespace waybill::runtime {
namespace {

const unsigned char* octets_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Owned<EVP_PKEY> read_rsa(std::string_view der) {
  const unsigned char* at = octets_of(der);
  Owned<EVP_PKEY> key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  if (key == nullptr) {
    at = octets_of(der);
    key.reset(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(der.size())));
  }
  // Not RSA-PSS, which is another signature.
  if (key != nullptr && EVP_PKEY_is_a(key.get(), "RSA") != 1) key.reset();
  return key;
}

unsigned bits_of_exponent(const EVP_PKEY* key) {
  BIGNUM* exponent = nullptr;
  if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) != 1) return 0;
  const Owned<BIGNUM> owned(exponent);
  return static_cast<unsigned>(BN_num_bits(exponent));
}

Owned<BIGNUM> number_of(std::string_view big_endian) {
  Owned<BIGNUM> number(
      BN_bin2bn(octets_of(big_endian), static_cast<int>(big_endian.size()), nullptr));
  check(number != nullptr, "OpenSSL has memory");
  return number;
}

// `kind`: "RSA", "EC". nullptr: OpenSSL refuses it.
Owned<EVP_PKEY> key_of(const char* kind, OSSL_PARAM* parameters) {
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  check(context != nullptr, "OpenSSL has memory");
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
    return nullptr;
  }
  return Owned<EVP_PKEY>(key);
}

Owned<EVP_PKEY> rsa_of(const BIGNUM* modulus, const BIGNUM* exponent) {
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  check(builder != nullptr &&
            OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
            OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent) == 1,
        "OpenSSL has memory");
  const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  check(parameters != nullptr, "OpenSSL has memory");
  return key_of("RSA", parameters.get());
}

bool fits(EVP_PKEY_CTX* context, const Digest& digest, const unsigned char* signature,
          std::size_t octets) {
  return EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
         EVP_PKEY_verify(context, signature, octets, digest.data(), digest.size()) == 1;
}

bool rsa_fits(EVP_PKEY* key, const Digest& digest, std::string_view signature) {
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new(key, nullptr));
  check(context != nullptr, "OpenSSL has memory");
  return EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
         fits(context.get(), digest, octets_of(signature), signature.size());
}

// The DER of both numbers, which is what OpenSSL reads.
std::vector<unsigned char> ecdsa_der(std::string_view signature) {
  const Owned<ECDSA_SIG> numbers(ECDSA_SIG_new());
  check(numbers != nullptr, "OpenSSL has memory");
  // What is set belongs to it.
  ECDSA_SIG_set0(numbers.get(), number_of(signature.substr(0, kP256Octets)).release(),
                 number_of(signature.substr(kP256Octets)).release());
  std::vector<unsigned char> der(static_cast<std::size_t>(i2d_ECDSA_SIG(numbers.get(), nullptr)));
  unsigned char* at = der.data();
  i2d_ECDSA_SIG(numbers.get(), &at);
  return der;
}

bool p256_fits(EVP_PKEY* key, const Digest& digest, std::string_view signature) {
  if (signature.size() != 2 * kP256Octets) return false;
  const std::vector<unsigned char> der = ecdsa_der(signature);
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new(key, nullptr));
  check(context != nullptr, "OpenSSL has memory");
  return EVP_PKEY_verify_init(context.get()) == 1 &&
         fits(context.get(), digest, der.data(), der.size());
}

bool ed25519_fits(EVP_PKEY* key, std::string_view octets, std::string_view signature) {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  check(context != nullptr, "OpenSSL has memory");
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), octets_of(signature), signature.size(), octets_of(octets),
                          octets.size()) == 1;
}

}  // namespace

struct PublicKey::Key {
  Owned<EVP_PKEY> evp;
};

PublicKey::PublicKey(Type type, std::unique_ptr<Key> key) : type_(type), key_(std::move(key)) {
  bits_ = static_cast<unsigned>(EVP_PKEY_get_bits(key_->evp.get()));
  if (type_ == Type::rsa) exponent_bits_ = bits_of_exponent(key_->evp.get());
}

PublicKey::~PublicKey() = default;

std::shared_ptr<const PublicKey> PublicKey::made(Type type, std::unique_ptr<Key> key) {
  if (key->evp == nullptr) return nullptr;
  return std::shared_ptr<const PublicKey>(new PublicKey(type, std::move(key)));
}

std::shared_ptr<const PublicKey> PublicKey::rsa(std::string_view der) {
  const ErrorsForgotten forgotten;
  return made(Type::rsa, std::make_unique<Key>(Key{read_rsa(der)}));
}

std::shared_ptr<const PublicKey> PublicKey::rsa(std::string_view modulus,
                                                std::string_view exponent) {
  const ErrorsForgotten forgotten;
  const auto n = number_of(modulus);
  const auto e = number_of(exponent);
  if (BN_is_odd(n.get()) != 1 || BN_is_odd(e.get()) != 1 || BN_is_one(e.get()) == 1) return nullptr;
  return made(Type::rsa, std::make_unique<Key>(Key{rsa_of(n.get(), e.get())}));
}

std::shared_ptr<const PublicKey> PublicKey::p256(std::string_view x, std::string_view y) {
  const ErrorsForgotten forgotten;
  if (x.size() != kP256Octets || y.size() != kP256Octets) return nullptr;
  // An uncompressed point (SEC 1 2.3.4); one that is none of the curve's is refused.
  std::string point = "\x04";
  point += x;
  point += y;
  std::string group = "P-256";
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  return made(Type::p256, std::make_unique<Key>(Key{key_of("EC", parameters)}));
}

std::shared_ptr<const PublicKey> PublicKey::ed25519(std::string_view octets) {
  const ErrorsForgotten forgotten;
  if (octets.size() != kEd25519Octets) return nullptr;
  Owned<EVP_PKEY> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets_of(octets), octets.size()));
  return made(Type::ed25519, std::make_unique<Key>(Key{std::move(key)}));
}

bool PublicKey::has_signed(const Digest& digest, std::string_view signature) const {
  const ErrorsForgotten forgotten;
  EVP_PKEY* const key = key_->evp.get();
  switch (type_) {
    case Type::rsa: return rsa_fits(key, digest, signature);
    case Type::p256: return p256_fits(key, digest, signature);
    case Type::ed25519:
      return ed25519_fits(key, {reinterpret_cast<const char*>(digest.data()), digest.size()},
                          signature);
  }
  return false;
}

bool PublicKey::has_signed_octets(std::string_view octets, std::string_view signature) const {
  if (type_ != Type::ed25519) return has_signed(sha256(octets), signature);
  const ErrorsForgotten forgotten;
  return ed25519_fits(key_->evp.get(), octets, signature);
}

}  // namespace waybill::runtime

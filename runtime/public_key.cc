#include "runtime/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "runtime/check.h"
#include "runtime/owned_key.h"

namespace waybill::runtime {
namespace {

const unsigned char* octets_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// What OpenSSL says of a key or signature that it refuses stays in this thread's queue, where the
// next TLS call would find it.
struct ErrorsForgotten {
  ~ErrorsForgotten() { ERR_clear_error(); }
};

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

bool rsa_fits(EVP_PKEY* key, const Digest& digest, std::string_view signature) {
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new(key, nullptr));
  check(context != nullptr, "OpenSSL has memory");
  return EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
         EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
         EVP_PKEY_verify(context.get(), octets_of(signature), signature.size(), digest.data(),
                         digest.size()) == 1;
}

bool ed25519_fits(EVP_PKEY* key, const Digest& digest, std::string_view signature) {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  check(context != nullptr, "OpenSSL has memory");
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), octets_of(signature), signature.size(), digest.data(),
                          digest.size()) == 1;
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

std::shared_ptr<const PublicKey> PublicKey::rsa(std::string_view der) {
  const ErrorsForgotten forgotten;
  auto key = read_rsa(der);
  if (key == nullptr) return nullptr;
  return std::shared_ptr<const PublicKey>(
      new PublicKey(Type::rsa, std::make_unique<Key>(Key{std::move(key)})));
}

std::shared_ptr<const PublicKey> PublicKey::ed25519(std::string_view octets) {
  const ErrorsForgotten forgotten;
  if (octets.size() != kEd25519Octets) return nullptr;
  Owned<EVP_PKEY> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets_of(octets), octets.size()));
  if (key == nullptr) return nullptr;
  return std::shared_ptr<const PublicKey>(
      new PublicKey(Type::ed25519, std::make_unique<Key>(Key{std::move(key)})));
}

bool PublicKey::has_signed(const Digest& digest, std::string_view signature) const {
  const ErrorsForgotten forgotten;
  switch (type_) {
    case Type::rsa: return rsa_fits(key_->evp.get(), digest, signature);
    case Type::ed25519: return ed25519_fits(key_->evp.get(), digest, signature);
  }
  return false;
}

}  // namespace waybill::runtime

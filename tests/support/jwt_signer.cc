#include "tests/support/jwt_signer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "runtime/base64url.h"
#include "runtime/check.h"
#include "runtime/owned_key.h"

namespace waybill::tests {
namespace {

constexpr std::size_t kNumberOctets = 32;

const unsigned char* unsigned_octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// `octets`: 0 for as few as it needs.
std::string big_endian_octets(const BIGNUM* number, std::size_t octets) {
  std::vector<unsigned char> out(octets == 0 ? static_cast<std::size_t>(BN_num_bytes(number))
                                             : octets);
  BN_bn2binpad(number, out.data(), static_cast<int>(out.size()));
  return std::string(out.begin(), out.end());
}

}  // namespace

struct JwtSigner::Pair {
  runtime::Owned<EVP_PKEY> key;
};

JwtSigner::JwtSigner(std::string algorithm, std::unique_ptr<Pair> pair)
    : algorithm_(std::move(algorithm)), pair_(std::move(pair)) {
  runtime::check(pair_->key != nullptr, "OpenSSL makes a key");
}

JwtSigner::~JwtSigner() = default;
JwtSigner::JwtSigner(JwtSigner&&) noexcept = default;

JwtSigner JwtSigner::rsa(int bits) {
  return JwtSigner("RS256", std::make_unique<Pair>(Pair{runtime::Owned<EVP_PKEY>(
                                EVP_RSA_gen(static_cast<unsigned>(bits)))}));
}

JwtSigner JwtSigner::p256() {
  return JwtSigner("ES256", std::make_unique<Pair>(Pair{runtime::Owned<EVP_PKEY>(
                                EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"))}));
}

JwtSigner JwtSigner::ed25519() {
  return JwtSigner("EdDSA", std::make_unique<Pair>(Pair{runtime::Owned<EVP_PKEY>(
                                EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"))}));
}

std::string JwtSigner::number(std::string_view name) const {
  if (algorithm_ == "EdDSA") {
    std::string out(kNumberOctets, '\0');
    std::size_t size = out.size();
    EVP_PKEY_get_raw_public_key(pair_->key.get(), reinterpret_cast<unsigned char*>(out.data()),
                                &size);
    return out;
  }
  const char* parameter = OSSL_PKEY_PARAM_RSA_N;
  if (name == "e") parameter = OSSL_PKEY_PARAM_RSA_E;
  if (name == "x") parameter = OSSL_PKEY_PARAM_EC_PUB_X;
  if (name == "y") parameter = OSSL_PKEY_PARAM_EC_PUB_Y;
  BIGNUM* read = nullptr;
  runtime::check(EVP_PKEY_get_bn_param(pair_->key.get(), parameter, &read) == 1,
                 "the key has the number");
  const runtime::Owned<BIGNUM> owned(read);
  return big_endian_octets(read, algorithm_ == "ES256" ? kNumberOctets : 0);
}

std::string JwtSigner::members() const {
  const auto member = [this](const char* name) {
    return ",\"" + std::string(name) + "\":\"" + runtime::to_base64url(number(name)) + '"';
  };
  if (algorithm_ == "RS256") return R"("kty":"RSA")" + member("n") + member("e");
  if (algorithm_ == "ES256") return R"("kty":"EC","crv":"P-256")" + member("x") + member("y");
  return R"("kty":"OKP","crv":"Ed25519")" + member("x");
}

std::string JwtSigner::jwk(std::string_view kid, std::string_view more) const {
  return "{" + members() + R"(,"kid":")" + std::string(kid) + '"' + std::string(more) + "}";
}

std::string JwtSigner::sign_der(std::string_view octets) const {
  const runtime::Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  const EVP_MD* const method = algorithm_ == "EdDSA" ? nullptr : EVP_sha256();
  std::vector<unsigned char> out(2048);
  std::size_t size = out.size();
  runtime::check(
      EVP_DigestSignInit(context.get(), nullptr, method, nullptr, pair_->key.get()) == 1 &&
          EVP_DigestSign(context.get(), out.data(), &size, unsigned_octets(octets),
                         octets.size()) == 1,
      "OpenSSL signs");
  return std::string(reinterpret_cast<const char*>(out.data()), size);
}

std::string JwtSigner::sign(std::string_view octets) const {
  const std::string signature = sign_der(octets);
  if (algorithm_ != "ES256") return signature;
  const unsigned char* at = unsigned_octets(signature);
  const runtime::Owned<ECDSA_SIG> numbers(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(signature.size())));
  return big_endian_octets(ECDSA_SIG_get0_r(numbers.get()), kNumberOctets) +
         big_endian_octets(ECDSA_SIG_get0_s(numbers.get()), kNumberOctets);
}

std::string JwtSigner::pem() const {
  const runtime::Owned<BIO> memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_PUBKEY(memory.get(), pair_->key.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

std::string JwtSigner::token(std::string_view header, std::string_view claims) const {
  const std::string input = runtime::to_base64url(header) + '.' + runtime::to_base64url(claims);
  return input + '.' + runtime::to_base64url(sign(input));
}

std::string jwks(const std::vector<std::string>& keys) {
  std::string out = R"({"keys":[)";
  for (const std::string& key : keys) {
    if (out.back() != '[') out += ',';
    out += key;
  }
  return out + "]}";
}

}  // namespace waybill::tests

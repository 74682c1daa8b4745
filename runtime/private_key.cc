#include "runtime/private_key.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>

#include "runtime/check.h"
#include "runtime/owned_key.h"

namespace waybill::runtime {
namespace {

// Octets of an Ed25519 signature (RFC 8032 5.1.6), and of its public key.
constexpr std::size_t kEd25519Signature = 64;
constexpr std::size_t kEd25519Public = 32;

void must(bool done) { check(done, "OpenSSL signs with a key that it has read"); }

// An encrypted key: nobody is there to be asked, and OpenSSL would ask at the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

const unsigned char* octets_of(const Digest& digest) { return digest.data(); }

std::string rsa_signature(EVP_PKEY* key, const Digest& digest) {
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new(key, nullptr));
  must(context != nullptr && EVP_PKEY_sign_init(context.get()) == 1 &&
       EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
       EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1);
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
  std::size_t size = out.size();
  must(EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                     octets_of(digest), digest.size()) == 1);
  out.resize(size);
  return out;
}

std::string ed25519_signature(EVP_PKEY* key, const Digest& digest) {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  std::string out(kEd25519Signature, '\0');
  std::size_t size = out.size();
  must(context != nullptr &&
       EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
       EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                      octets_of(digest), digest.size()) == 1);
  return out;
}

std::string rsa_public(const EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  must(size > 0);
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

}  // namespace

struct PrivateKey::Key {
  Owned<EVP_PKEY> evp;
};

PrivateKey::PrivateKey(Type type, std::unique_ptr<Key> key) : type_(type), key_(std::move(key)) {}
PrivateKey::~PrivateKey() = default;

std::shared_ptr<const PrivateKey> PrivateKey::make(Type type) {
  Owned<EVP_PKEY> key;
  switch (type) {
    case Type::rsa: key.reset(EVP_RSA_gen(kFreshRsaBits)); break;
    case Type::ed25519: key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); break;
  }
  check(key != nullptr, "OpenSSL makes a key");
  return std::shared_ptr<const PrivateKey>(
      new PrivateKey(type, std::make_unique<Key>(Key{std::move(key)})));
}

std::shared_ptr<const PrivateKey> PrivateKey::read(std::string_view pem) {
  const ErrorsForgotten forgotten;
  const Owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  check(bio != nullptr, "OpenSSL has memory");
  Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (key == nullptr) return nullptr;
  // Not RSA-PSS, which is another signature.
  const bool rsa = EVP_PKEY_is_a(key.get(), "RSA") == 1;
  if (!rsa && EVP_PKEY_is_a(key.get(), "ED25519") != 1) return nullptr;
  return std::shared_ptr<const PrivateKey>(
      new PrivateKey(rsa ? Type::rsa : Type::ed25519, std::make_unique<Key>(Key{std::move(key)})));
}

unsigned PrivateKey::bits() const {
  return static_cast<unsigned>(EVP_PKEY_get_bits(key_->evp.get()));
}

std::string PrivateKey::pem() const {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  must(bio != nullptr && PEM_write_bio_PKCS8PrivateKey(bio.get(), key_->evp.get(), nullptr, nullptr,
                                                       0, nullptr, nullptr) == 1);
  char* octets = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &octets);
  return {octets, static_cast<std::size_t>(size)};
}

std::string PrivateKey::public_octets() const {
  if (type_ == Type::rsa) return rsa_public(key_->evp.get());
  std::string out(kEd25519Public, '\0');
  std::size_t size = out.size();
  must(EVP_PKEY_get_raw_public_key(key_->evp.get(), reinterpret_cast<unsigned char*>(out.data()),
                                   &size) == 1);
  return out;
}

std::string PrivateKey::sign(const Digest& digest) const {
  switch (type_) {
    case Type::rsa: return rsa_signature(key_->evp.get(), digest);
    case Type::ed25519: return ed25519_signature(key_->evp.get(), digest);
  }
  return {};
}

}  // namespace waybill::runtime

#include "runtime/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "runtime/check.h"

namespace waybill::runtime {
namespace {

// Fetched once: EVP_sha256() is looked up among the providers, under a lock, by every digest that
// begins, which takes longer than to hash an address.
const EVP_MD* sha256_method() {
  static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  check(method != nullptr, "SHA-256 is there");
  return method;
}

struct Hashing {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  Hashing() = default;
  Hashing(const Hashing&) = delete;
  Hashing& operator=(const Hashing&) = delete;
  ~Hashing() { EVP_MD_CTX_free(evp); }
  void begin() { check(EVP_DigestInit_ex(evp, sha256_method(), nullptr) == 1, "SHA-256 begins"); }
  void update(std::string_view bytes) {
    check(EVP_DigestUpdate(evp, bytes.data(), bytes.size()) == 1, "SHA-256 takes bytes");
  }
  Digest finish() {
    Digest out;
    unsigned int size = 0;
    check(EVP_DigestFinal_ex(evp, out.data(), &size) == 1 && size == out.size(),
          "SHA-256 gives 32 octets");
    return out;
  }
};

}  // namespace

struct Sha256::Context : Hashing {};

Sha256::Sha256() : context_(std::make_unique<Context>()) { context_->begin(); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) { context_->update(bytes); }

Digest Sha256::finish() { return context_->finish(); }

Digest sha256(std::string_view bytes) {
  // To make a context takes longer than to hash a line of text.
  thread_local Hashing context;
  context.begin();
  context.update(bytes);
  return context.finish();
}

Digest hmac_sha256(std::string_view key, std::string_view bytes) {
  Digest out;
  unsigned int size = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  const unsigned char* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data,
                                   bytes.size(), out.data(), &size);
  check(done != nullptr && size == out.size(), "HMAC-SHA-256 gives 32 octets");
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace waybill::runtime

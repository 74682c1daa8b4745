#include "runtime/dane.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>

namespace waybill::runtime {
namespace {

// RFC 7218 2.
constexpr std::uint8_t kDaneTa = 2;
constexpr std::uint8_t kDaneEe = 3;
constexpr std::uint8_t kWholeCertificate = 0;
constexpr std::uint8_t kPublicKey = 1;
constexpr std::uint8_t kFull = 0;
constexpr std::uint8_t kSha256 = 1;
constexpr std::uint8_t kSha512 = 2;

// DER to its end, and a key that OpenSSL knows: it takes no record else.
bool is_whole(std::uint8_t selector, const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  const auto size = static_cast<long>(der.size());
  bool sound = false;
  if (selector == kWholeCertificate) {
    const std::unique_ptr<X509, void (*)(X509*)> read(d2i_X509(nullptr, &at, size), X509_free);
    sound = read != nullptr && X509_get0_pubkey(read.get()) != nullptr;
  } else {
    const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> read(d2i_PUBKEY(nullptr, &at, size),
                                                              EVP_PKEY_free);
    sound = read != nullptr;
  }
  ERR_clear_error();
  return sound && at == end;
}

}  // namespace

bool is_usable(const Tlsa& record) {
  if (record.usage != kDaneTa && record.usage != kDaneEe) return false;
  if (record.selector != kWholeCertificate && record.selector != kPublicKey) return false;
  switch (record.matching) {
    case kFull: return is_whole(record.selector, record.data);
    case kSha256: return record.data.size() == 256 / 8;
    case kSha512: return record.data.size() == 512 / 8;
    default: return false;  // octets of anybody's
  }
}

bool any_usable(const Dane& dane) {
  return std::any_of(dane.records.begin(), dane.records.end(), is_usable);
}

}  // namespace waybill::runtime

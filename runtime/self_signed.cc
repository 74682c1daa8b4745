#include "runtime/self_signed.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <memory>

#include "runtime/check.h"

namespace waybill::runtime {
namespace {

constexpr std::chrono::hours kBefore{24};
constexpr std::chrono::hours kLife{24 * 3652};
// RFC 5280 upper bound of a common name. A longer host stands in the alternative names alone.
constexpr std::size_t kMostCommonName = 64;
// RFC 5280 4.1.2.2: at most 20 octets, positive.
constexpr std::size_t kSerialOctets = 16;

void must(bool done) { check(done, "OpenSSL makes a certificate"); }

using Bio = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

// `write` is a PEM_write_bio_* function bound to what it writes.
template <class Write>
std::string pem(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free_all);
  must(bio != nullptr && write(bio.get()) == 1);
  char* octets = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &octets);
  return {octets, static_cast<std::size_t>(size)};
}

void set_time(ASN1_TIME* out, WallTime time) {
  must(ASN1_TIME_set(out, std::chrono::system_clock::to_time_t(time)) != nullptr);
}

void set_serial(X509* certificate) {
  unsigned char octets[kSerialOctets];
  must(RAND_bytes(octets, sizeof octets) == 1);
  octets[0] &= 0x7f;
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(
      BN_bin2bn(octets, sizeof octets, nullptr), BN_free);
  must(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

void extend(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()), X509_EXTENSION_free);
  must(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

}  // namespace

SelfSigned make_self_signed(const std::string& host, WallTime now) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  must(key != nullptr && certificate != nullptr);
  X509* const self = certificate.get();
  X509_set_version(self, X509_VERSION_3);
  set_serial(self);
  set_time(X509_getm_notBefore(self), now - kBefore);
  set_time(X509_getm_notAfter(self), now + kLife);
  const std::string name = host.substr(0, kMostCommonName);
  X509_NAME* const subject = X509_get_subject_name(self);
  must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                  reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                                  0) == 1);
  X509_set_issuer_name(self, subject);
  X509_set_pubkey(self, key.get());
  extend(self, NID_subject_alt_name, "DNS:" + host);
  extend(self, NID_basic_constraints, "critical,CA:FALSE");
  extend(self, NID_ext_key_usage, "serverAuth");
  must(X509_sign(self, key.get(), EVP_sha256()) > 0);
  return {pem([&](BIO* out) { return PEM_write_bio_X509(out, self); }), pem([&](BIO* out) {
            return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

}  // namespace waybill::runtime

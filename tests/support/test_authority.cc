#include "tests/support/test_authority.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace waybill::tests {
namespace {

constexpr long kDay = 24 * 60 * 60;

void must(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("no test certificate: ") + what);
}

std::shared_ptr<EVP_PKEY> fresh_key() {
  std::shared_ptr<EVP_PKEY> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  must(key != nullptr, "key");
  return key;
}

void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  must(extension != nullptr, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

std::shared_ptr<X509> fresh_certificate(const std::string& name, long serial, EVP_PKEY* key) {
  std::shared_ptr<X509> certificate(X509_new(), X509_free);
  must(certificate != nullptr, "certificate");
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  const auto* const text = reinterpret_cast<const unsigned char*>(name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8, text,
                             -1, -1, 0);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

// `write` is a PEM_write_* function bound to what it writes.
template <class Write>
void write_file(const std::string& path, Write write) {
  std::FILE* const file = std::fopen(path.c_str(), "w");
  must(file != nullptr, path.c_str());
  const bool wrote = write(file) == 1;
  must(std::fclose(file) == 0 && wrote, path.c_str());
}

void write_certificate(const std::string& path, X509* certificate) {
  write_file(path, [&](std::FILE* file) { return PEM_write_X509(file, certificate); });
}

}  // namespace

TestAuthority::TestAuthority(const std::string& name) : key_(fresh_key()) {
  certificate_ = fresh_certificate(name, serial_++, key_.get());
  X509* const self = certificate_.get();
  X509_set_issuer_name(self, X509_get_subject_name(self));
  X509_gmtime_adj(X509_getm_notBefore(self), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(self), kDay);
  extend(self, self, NID_basic_constraints, "critical,CA:TRUE");
  extend(self, self, NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(self, self, NID_subject_key_identifier, "hash");
  must(X509_sign(self, key_.get(), EVP_sha256()) > 0, "signature");
  write_certificate(ca_file(), self);
}

TestAuthority::Issued TestAuthority::issue(const std::string& names, Validity validity) {
  const Key key = fresh_key();
  const Certificate certificate = fresh_certificate("server", serial_, key.get());
  X509* const subject = certificate.get();
  X509_set_issuer_name(subject, X509_get_subject_name(certificate_.get()));
  X509_gmtime_adj(X509_getm_notBefore(subject), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(subject), validity == Validity::today ? kDay : -1);
  extend(subject, certificate_.get(), NID_basic_constraints, "critical,CA:FALSE");
  extend(subject, certificate_.get(), NID_subject_alt_name, names);
  must(X509_sign(subject, key_.get(), EVP_sha256()) > 0, "signature");
  const std::string stem = folder_.path(std::to_string(serial_++));
  Issued out{stem + ".pem", stem + ".key"};
  write_certificate(out.chain_file, subject);
  write_file(out.key_file, [&](std::FILE* file) {
    return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  return out;
}

}  // namespace waybill::tests

#include "runtime/certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace waybill::runtime {

namespace {

using File = std::unique_ptr<BIO, int (*)(BIO*)>;
using Certificate = std::unique_ptr<X509, void (*)(X509*)>;

// A certificate is no secret and is not encrypted: OpenSSL would ask at the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) { return -1; }

bool read_time(const ASN1_TIME* time, WallTime& out) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return false;
  // Some certificates hold until the year 9999, and our time ends in 2262.
  constexpr auto kLast = std::chrono::floor<std::chrono::seconds>(WallTime::max());
  out = std::min(std::chrono::sys_seconds(std::chrono::seconds(::timegm(&parts))), kLast);
  return true;
}

}  // namespace

Explained<Validity> certificate_validity(const std::string& file) {
  ERR_clear_error();
  errno = 0;
  const File source(BIO_new_file(file.c_str(), "r"), BIO_free);
  if (source == nullptr) {
    Failure failure{Errc::not_found, file + ": " + std::strerror(errno)};
    ERR_clear_error();
    return failure;
  }
  Validity out;
  bool any = false;
  for (;;) {
    const Certificate one(PEM_read_bio_X509(source.get(), nullptr, no_passphrase, nullptr),
                          X509_free);
    if (one == nullptr) break;
    WallTime from;
    WallTime to;
    if (!read_time(X509_get0_notBefore(one.get()), from) ||
        !read_time(X509_get0_notAfter(one.get()), to)) {
      return Failure{Errc::invalid, file + ": a certificate's times cannot be read"};
    }
    out.from = any ? std::max(out.from, from) : from;
    out.to = any ? std::min(out.to, to) : to;
    any = true;
  }
  // The end of the file is told as a missing beginning (PEM_R_NO_START_LINE).
  const unsigned long last = ERR_peek_last_error();
  const bool ended =
      ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (any && ended) return out;
  return Failure{Errc::invalid,
                 file + (any ? ": a certificate in it is damaged" : ": no certificate in PEM")};
}

}  // namespace waybill::runtime

#include "app/roles/shown_certificates.h"

#include "app/roles/look_again.h"
#include "runtime/certificate.h"
#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::app {

namespace fs = std::filesystem;
using runtime::CertificateFiles;
using runtime::Level;
using runtime::TlsContext;

runtime::Explained<void> ShownCertificates::read() {
  written_ = written();
  auto context = TlsContext::server(files_);
  if (!context) return context.error();
  server_->set(std::move(*context));
  warn_of_ended();
  return {};
}

void ShownCertificates::read_again() {
  auto now_written = written();
  auto context = TlsContext::server(files_);
  if (context) {
    written_ = std::move(now_written);
    unreadable_.clear();
    server_->set(std::move(*context));
    log(Level::info, "app", "the certificate was read again", {{"file", files_.front().chain}});
    warn_of_ended();
    return;
  }
  // Half of a pair may be renewed so far; it is tried again.
  if (unreadable_ == context.error().why) return;
  unreadable_ = context.error().why;
  log(Level::warn, "app", "the certificate cannot be read; the one before stays in force",
      {{"why", unreadable_}});
}

void ShownCertificates::tick() {
  const runtime::Instant now = clock_.now();
  if (now < look_again_) return;
  look_again_ = now + kLookEvery;
  if (written() != written_) read_again();
}

std::vector<fs::file_time_type> ShownCertificates::written() const {
  std::vector<fs::file_time_type> out;
  std::error_code error;
  for (const CertificateFiles& files : files_) {
    out.push_back(fs::last_write_time(files.chain, error));
    out.push_back(fs::last_write_time(files.key, error));
  }
  return out;
}

void ShownCertificates::warn_of_ended() const {
  for (const CertificateFiles& files : files_) {
    const auto valid = runtime::certificate_validity(files.chain);
    if (!valid || valid->to > clock_.wall()) continue;
    log(Level::warn, "app", "the certificate has ended: clients that look at it go no further",
        {{"file", files.chain}});
  }
}

}  // namespace waybill::app

// ShownCertificates: the certificates that a listener shows, from files that are renewed while it
// runs.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "runtime/current_tls.h"
#include "runtime/failure.h"
#include "runtime/time.h"
#include "runtime/tls_engine.h"

namespace waybill::app {

// One thread, but for what server() gives.
class ShownCertificates {
 public:
  // `clock` outlives it.
  ShownCertificates(std::vector<runtime::CertificateFiles> files, runtime::Clock& clock)
      : files_(std::move(files)), clock_(clock) {}

  // Before anything is shown; the words name a file.
  runtime::Explained<void> read();
  // Where they cannot be read, those before stay in force, and the log says so.
  void read_again();
  // Reads what was renewed, where something was.
  void tick();

  // Any thread; it outlives this.
  std::shared_ptr<const runtime::CurrentTls> server() const { return server_; }

 private:
  std::vector<std::filesystem::file_time_type> written() const;
  void warn_of_ended() const;

  const std::vector<runtime::CertificateFiles> files_;
  runtime::Clock& clock_;
  std::vector<std::filesystem::file_time_type> written_;
  std::string unreadable_;  // why, as it was last said
  runtime::Instant look_again_{};
  const std::shared_ptr<runtime::CurrentTls> server_ = std::make_shared<runtime::CurrentTls>();
};

}  // namespace waybill::app

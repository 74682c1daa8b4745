// Keys, secret and certificates: whether the files are there, are for their owner alone, hold what
// they should and will go on doing so.
#pragma once

#include <optional>
#include <string>

#include "app/config/config.h"
#include "runtime/certificate.h"
#include "runtime/time.h"
#include "tools/doctor/finding.h"

namespace waybill::tools::doctor {

// Before this, somebody has to have got a new certificate; those that are renewed by themselves are
// by then.
inline constexpr std::chrono::hours kCertificateNotice{14 * 24};
// Nobody breaks a key of 256 bits, but whoever saw the file once may sign as long as it is used.
inline constexpr std::chrono::hours kOldKey{365 * 24};

struct KeyFileFacts {
  std::string path;
  bool there = true;
  std::string why;           // it is there and cannot be used
  runtime::Duration age{};   // since it was last written
  bool used_before = false;  // mail was taken on this machine, so return paths are out
};
Findings judge_key_file(const KeyFileFacts& facts);

// [cluster] secret_file. `why`: it cannot be used; empty: it can.
Findings judge_secret(const std::string& path, const std::string& why);

struct CertificateFacts {
  std::string path;
  // A failure too where it does not go with its key.
  runtime::Explained<runtime::Validity> validity;
};
Findings judge_certificate(const CertificateFacts& facts, runtime::WallTime now);

// All of the above that `config` names.
Findings look_at_keys(const app::Config& config, runtime::WallTime now);

}  // namespace waybill::tools::doctor

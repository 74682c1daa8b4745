// Findings about the files of keys, secret and certificates: whether each file exists, is readable
// by its owner alone, holds what it should, and will still be good in some weeks.
#pragma once

#include <optional>
#include <string>

#include "app/config/config.h"
#include "runtime/certificate.h"
#include "runtime/time.h"
#include "tools/doctor/finding.h"

namespace waybill::tools::doctor {

// A certificate that ends within this time is a warning: a program that renews certificates would
// have done so by then.
inline constexpr std::chrono::hours kCertificateNotice{14 * 24};
// A key that was in use for longer is a note: no one breaks 256 bits, but a person who saw the file
// once can sign return paths for as long as the key is in use.
inline constexpr std::chrono::hours kOldKey{365 * 24};

struct KeyFileFacts {
  std::string path;
  bool there = true;
  std::string why;           // why the file cannot be used; empty: it can, or there is none
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

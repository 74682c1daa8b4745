// Findings about the keys that our domains sign with (DKIM): whether each can be read, and whether
// DNS has the record that verifiers hold its signatures against.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/config/config.h"
#include "app/dkim/key_directory.h"
#include "runtime/failure.h"
#include "tools/doctor/finding.h"

namespace waybill::tools::doctor {

struct DkimKeyFacts {
  std::string domain;
  app::DkimKeyFile file;
  // As a file; then, where it can be read and signs or is to sign, as a record in DNS.
  runtime::Explained<void> readable;
  std::optional<runtime::Explained<void>> published;
};

struct DkimFacts {
  std::vector<DkimKeyFacts> keys;
  // Domains whose directory cannot be read, and why.
  std::vector<runtime::Failure> unreadable;
  std::vector<std::string> unsigned_domains;  // that have no key that signs
  // Of these, those that want what they hand on to be signed.
  std::vector<std::string> wanting;
  // The domain that reports about TLS come from, where it has no key that signs.
  std::string unsigned_reports{};
};

// Asks DNS. Blocks for some seconds at most.
DkimFacts look_at_dkim(const app::Config& config);

Findings judge_dkim(const DkimFacts& facts);

}  // namespace waybill::tools::doctor

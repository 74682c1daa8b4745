// The DKIM keys that our domains sign with (app/dkim/key_directory.h), as they are in their files.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/process/process.h"
#include "relay/trust/dkim/signing_keys.h"

namespace waybill::app {

class DkimPart final : public Part {
 public:
  explicit DkimPart(Process& process) : process_(process) {}

  const relay::trust::dkim::CurrentSigningKeys& keys() const { return keys_; }

  std::string_view name() const override { return "dkim"; }
  // A key that signs and cannot be read ends the start: unsigned, mail may be refused for good
  // where it would otherwise only have been late.
  runtime::Explained<void> start() override;
  // The domains are the new ones, and all files are read again. A key that cannot be read is no
  // reason to refuse the rest of a reload: its domain goes on with the keys of before.
  runtime::Explained<Change> reload(const Config& fresh) override;
  // Files that have changed are read again by themselves.
  void tick() override;

 private:
  using Written = std::vector<std::pair<std::string, std::filesystem::file_time_type>>;
  Written written() const;
  void read_again();
  void complain(const std::string& domain, const std::string& why);

  Process& process_;
  std::string directory_;
  std::vector<std::string> domains_;
  Written written_;
  std::map<std::string, std::string> unreadable_;  // by domain: why, as it was last said
  runtime::Instant look_again_{};
  relay::trust::dkim::CurrentSigningKeys keys_;
};

}  // namespace waybill::app

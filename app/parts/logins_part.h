// The logins at next hops, as their secrets are in their files.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "app/process/process.h"
#include "relay/forward/login.h"

namespace waybill::app {

class LoginsPart final : public Part {
 public:
  explicit LoginsPart(Process& process) : process_(process) {}

  const relay::forward::CurrentLogins& logins() const { return logins_; }

  std::string_view name() const override { return "logins"; }
  // A secret that cannot be read ends the start: its mail could go nowhere.
  runtime::Explained<void> start() override;
  // What is in the files is read again; which files they are is fixed for the life of a process. A
  // secret that cannot be read is no reason to refuse the rest of a reload: the one before stays.
  runtime::Explained<Change> reload(const Config&) override;
  // Files that have changed are read again by themselves, as tokens do every hour.
  void tick() override;

 private:
  // By what the configuration says of it: domains that say the same share connections.
  using ByConfig = std::map<LoginConfig, std::shared_ptr<const relay::forward::Login>>;
  using Written = std::map<std::string, std::filesystem::file_time_type>;

  Written written() const;
  void read_again();
  void publish();
  void complain(const std::string& file, const std::string& why);

  Process& process_;
  ByConfig read_;
  Written written_;
  std::map<std::string, std::string> unreadable_;  // by file: why, as it was last said
  runtime::Instant look_again_{};
  relay::forward::CurrentLogins logins_;
};

}  // namespace waybill::app

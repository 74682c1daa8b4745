// RelayService: the relay as a process runs it: keys, routes, their reload, and an orderly end.
// What serve and relay share.
#pragma once

#include <memory>
#include <string>

#include "app/command/config_file.h"
#include "app/local_log.h"
#include "app/relay_role.h"

namespace waybill::app {

class RelayService {
 public:
  RelayService(ConfigFile file, Config config);

  const Config& config() const { return config_; }
  relay::routes::CurrentRoutes& routes() { return *routes_; }

  runtime::Explained<void> load_keys();
  // All outlive this.
  runtime::Explained<void> start(LocalLog& log,
                                 relay::returnpath::ReturnPathDirectory& return_paths,
                                 runtime::Metrics& metrics);

  // A wrong file changes nothing and says so.
  void reload();

  // The process's exit code: the relay takes no more mail, and waits for mail under way. Where it
  // waits in vain the process ends at once, as by a crash.
  int end(const LocalLog& log);
  void reset() { relay_.reset(); }

 private:
  const ConfigFile file_;
  const Config config_;
  std::unique_ptr<relay::routes::CurrentRoutes> routes_;
  std::unique_ptr<relay::returnpath::CurrentKeys> keys_;
  std::unique_ptr<RelayRole> relay_;
};

}  // namespace waybill::app

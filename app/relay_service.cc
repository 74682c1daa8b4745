#include "app/relay_service.h"

#include <cstdlib>

#include "app/command/command_line.h"
#include "app/return_paths/key_file.h"
#include "app/signals.h"
#include "runtime/log.h"

namespace waybill::app {

using runtime::Explained;
using runtime::Level;
using runtime::log;

namespace {

// A sender waits 10 minutes for the reply to its body, an init system far less for us.
constexpr std::chrono::seconds kDrainGrace{30};

}  // namespace

RelayService::RelayService(ConfigFile file, Config config)
    : file_(std::move(file)),
      config_(std::move(config)),
      routes_(std::make_unique<relay::routes::CurrentRoutes>(config_.routes)) {}

Explained<void> RelayService::load_keys() {
  auto keys = load_or_make_keys(key_file(config_));
  if (!keys) return keys.error();
  keys_ = std::make_unique<relay::returnpath::CurrentKeys>(std::move(*keys));
  return {};
}

Explained<void> RelayService::start(LocalLog& local_log,
                                    relay::returnpath::ReturnPathDirectory& return_paths,
                                    runtime::Metrics& metrics) {
  auto relay = start_relay(config_, {local_log.journal(), *routes_, *keys_, return_paths, metrics});
  if (!relay) return relay.error();
  relay_ = std::move(*relay);
  for (const auto& at : relay_->listening()) {
    log(Level::info, "app", "taking mail", {{"smtp", to_string(at)}});
  }
  return {};
}

void RelayService::reload() {
  const auto fresh = read_again(file_);
  if (!fresh) return;
  auto keys = load_or_make_keys(key_file(config_));
  if (!keys) {
    log(Level::error, "app", "reload refused; nothing changed", {{"complaint", keys.error().why}});
    return;
  }
  keys_->set(std::move(*keys));
  routes_->set(fresh->routes);
  log(Level::info, "app", "reloaded",
      {{"domains", static_cast<std::uint64_t>(fresh->routes->domains().size())},
       {"needs_restart", describe_difference(config_, *fresh)}});
}

int RelayService::end(const LocalLog& local_log) {
  const bool fenced = local_log.journal().fenced();
  const auto grace = fenced ? kFenceGrace : kDrainGrace;
  if (!relay_->stop(grace)) {
    log(Level::warn, "app",
        "sessions still under way; what they have accepted will be in doubt at the next start");
    runtime::stop_log();
    std::_Exit(fenced ? kExitEnvironment : kExitOk);
  }
  if (!local_log.journal().fenced()) return kExitOk;
  log(Level::error, "app", "ending because the journal failed; start again to read the disk anew");
  return kExitEnvironment;
}

}  // namespace waybill::app

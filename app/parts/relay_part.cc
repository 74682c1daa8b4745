#include "app/parts/relay_part.h"

#include "app/command/command_line.h"
#include "app/roles/greylist_memory.h"
#include "runtime/bound_socket.h"
#include "runtime/log.h"

namespace waybill::app {

using runtime::Explained;
using runtime::Level;

namespace {

// A sender waits 10 minutes for the reply to its body, an init system far less for us.
constexpr std::chrono::seconds kDrainGrace{30};

}  // namespace

Explained<void> RelayPart::start() {
  if (learn_) learn_(tries_);
  const auto& door = process_.config().limits.door;
  greylist_.emplace(door);
  if (door.greylist) {
    const auto learnt = learn_greylist(journal_.log().store(), *greylist_);
    if (!learnt) return learnt;
  }
  auto relay = start_relay(process_.config(), doors_.take(),
                           {.log = journal_.journal(),
                            .routes = routes_.routes(),
                            .keys = keys_.keys(),
                            .signing = dkim_.keys(),
                            .return_paths = return_paths_(),
                            .tries = tries_,
                            .loans = loans_ ? loans_() : alone_,
                            .greylist = *greylist_,
                            .tls = tls_.server(),
                            .hop_tls = tls_.next_hops(),
                            .logins = logins_.logins(),
                            .metrics = process_.metrics()});
  if (!relay) return relay.error();
  // It may come later, as an address of IPv6 does that is still tried for doubles.
  for (const auto& address : process_.config().limits.sources.all()) {
    if (runtime::is_own_address(address)) continue;
    log(Level::warn, "app", "a source is no address of this host: mail from there gets 451",
        {{"source", address.to_string()}});
  }
  relay_ = std::move(*relay);
  for (const auto& one : relay_->listening()) {
    log(Level::info, "app", "taking mail", {{one.tls ? "smtps" : "smtp", to_string(one.at)}});
  }
  return {};
}

void RelayPart::stop(Ending& ending) {
  const bool fenced = journal_.journal().fenced();
  if (relay_->stop(fenced ? kFenceGrace : kDrainGrace)) return;
  log(Level::warn, "app",
      "sessions still under way; what they have accepted will be in doubt at the next start");
  ending.at_once = true;
  if (fenced) ending.code = kExitEnvironment;
}

}  // namespace waybill::app

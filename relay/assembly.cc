#include "relay/assembly.h"

namespace waybill::relay {

AssembledLane::AssembledLane(const LaneWorld& world)
    : scope(world.executor),
      recorder(world.log, world.clock, world.chance, world.node),
      pool(world.clock, scope),
      lane{.settings = world.settings,
           .clock = world.clock,
           .chance = world.chance,
           .recorder = recorder,
           .routes = world.routes,
           .forward = {.clock = world.clock,
                       .chance = world.chance,
                       .dialer = world.dialer,
                       .resolver = world.resolver,
                       .pool = pool,
                       .budget = world.hop_budget,
                       .clients = world.client_budget,
                       .tls = world.hop_tls,
                       .ourselves = world.ourselves,
                       .host_name = world.settings.host_name,
                       .port = world.settings.next_hop_port,
                       .sources = world.settings.sources,
                       .logins = world.logins,
                       .smarthost = world.settings.smarthost,
                       .providers = &world.provider_rates,
                       .counters = &world.metrics.hops},
           .spool = {.directory = world.settings.spool_directory,
                     .memory_octets = world.settings.held_of_message(),
                     .workers = &world.spool_workers,
                     .file_octets = &world.spool_octets,
                     .all_memory = &world.message_memory},
           .metrics = world.metrics,
           .keys = world.keys,
           .signing = world.signing,
           .return_paths = world.return_paths,
           .turns = world.turns,
           .tries = world.tries,
           .loans = world.loans,
           .scope = scope,
           .notices = notices,
           .patience = world.patience,
           .rates = world.rates,
           .greylist = world.greylist,
           .list_health = list_health,
           .spam_filter = world.spam_filter,
           .tls = world.tls,
           .partitions = world.partitions},
      host(lane, world.admission, scope),
      door(world.settings.proxy_from, world.clock, world.metrics.proxied_refused, scope,
           [this](auto connection, auto begins) { host.adopt(std::move(connection), begins); }) {}

std::unique_ptr<AssembledLane> assemble(const LaneWorld& world) {
  return std::make_unique<AssembledLane>(world);
}

}  // namespace waybill::relay

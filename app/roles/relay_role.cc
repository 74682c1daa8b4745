#include "app/roles/relay_role.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include "app/roles/http_server.h"
#include "http/server.h"
#include "relay/assembly.h"
#include "relay/spam/rspamd.h"
#include "runtime/acceptor.h"
#include "runtime/asio_clock.h"
#include "runtime/asio_net.h"
#include "runtime/clock.h"
#include "runtime/descriptors.h"
#include "runtime/dns/caching_resolver.h"
#include "runtime/dns/counted_resolver.h"
#include "runtime/dns/unbound_resolver.h"
#include "runtime/io_thread.h"
#include "runtime/log.h"

namespace waybill::app {

using runtime::Endpoint;
using runtime::explain;
using runtime::Explained;
using runtime::Instant;
using runtime::Task;

namespace {

// Spool files are written and read by these; the work is copying into the page cache.
constexpr std::size_t kSpoolThreads = 2;
constexpr std::size_t kSpoolQueue = 4096;

// Short, for the end of the process waits for it.
constexpr std::chrono::milliseconds kSweepEvery{100};
// Some times for each scrape of Prometheus.
constexpr std::chrono::seconds kShowSpoolEvery{1};
constexpr std::chrono::milliseconds kDrainPoll{20};

// Its own, a spool file or a question over TCP, and connections to next hops: a budget of all
// sessions together, for most messages have one target and some have many.
constexpr std::uint64_t kHopConnectionsPerSession = 2;
constexpr std::uint64_t kDescriptorsPerSession = 2 + kHopConnectionsPerSession;
// The files of journal and views, threads' own, and what libraries open.
constexpr std::uint64_t kOwnDescriptors = 480;

// What no session has: HTTP's too.
std::uint64_t reserved(std::uint64_t descriptors) {
  return kOwnDescriptors + http::ServerSettings{}.max_connections + streams_within(descriptors);
}

relay::Settings relay_settings(const Config& config) {
  relay::Settings out = config.limits;
  out.host_name = config.host_name;
  out.spool_directory = config.data_dir + "/spool";
  return out;
}

std::uint64_t hop_connections(const Config& config) {
  return kHopConnectionsPerSession *
         sessions_within(config.limits.max_sessions, runtime::descriptor_limit());
}

// What all lanes share.
struct Shared {
  relay::Settings settings;
  std::string node;
  RelayWorld world;
  relay::RelayMetrics metrics;
  relay::Admission admission;
  relay::forward::HopBudget hop_budget;
  relay::forward::ClientBudget client_budget;
  relay::dns::Ourselves ourselves;
  std::unique_ptr<runtime::Workers> spool_workers;
  runtime::Permits spool_octets;
  runtime::Permits message_memory;
  relay::Patience patience;
  relay::door::Rates rates;
  relay::forward::ProviderRates provider_rates{settings.providers};
  std::uint32_t partitions = 1;
  relay::returnpath::Turns turns{};
};

std::optional<relay::spam::Rspamd> rspamd_at(const std::string& url, runtime::Dialer& dialer,
                                             runtime::Clock& clock) {
  const auto base = runtime::HttpBase::parse(url);
  if (!base) return std::nullopt;
  return relay::spam::Rspamd(dialer, clock, *base);
}

// What one I/O thread owns. Made and ended on that thread.
struct LaneThread {
  LaneThread(Shared& shared, runtime::Executor executor,
             std::unique_ptr<runtime::dns::Resolver> dns, runtime::AsioClock& lane_clock)
      : clock(lane_clock),
        resolver(std::make_unique<runtime::dns::CachingResolver>(std::move(dns), clock)),
        rspamd(rspamd_at(shared.settings.spam.url, *dialer, clock)),
        relay(relay::assemble({.executor = executor,
                               .clock = clock,
                               .chance = *chance,
                               .dialer = *dialer,
                               .resolver = *resolver,
                               .log = shared.world.log,
                               .node = shared.node,
                               .settings = shared.settings,
                               .routes = shared.world.routes,
                               .keys = shared.world.keys,
                               .signing = shared.world.signing,
                               .return_paths = shared.world.return_paths,
                               .turns = shared.turns,
                               .tries = shared.world.tries,
                               .loans = shared.world.loans,
                               .admission = shared.admission,
                               .hop_budget = shared.hop_budget,
                               .client_budget = shared.client_budget,
                               .provider_rates = shared.provider_rates,
                               .metrics = shared.metrics,
                               .spool_workers = *shared.spool_workers,
                               .spool_octets = shared.spool_octets,
                               .message_memory = shared.message_memory,
                               .patience = shared.patience,
                               .rates = shared.rates,
                               .greylist = shared.world.greylist,
                               .tls = shared.world.tls,
                               .hop_tls = shared.world.hop_tls,
                               .ourselves = shared.ourselves,
                               .logins = shared.world.logins,
                               .spam_filter = rspamd ? &*rspamd : nullptr,
                               .partitions = shared.partitions})) {}

  runtime::AsioClock& clock;
  std::unique_ptr<runtime::Chance> chance = runtime::system_chance();
  std::unique_ptr<runtime::Dialer> dialer = runtime::tcp_dialer();
  std::unique_ptr<runtime::dns::Resolver> resolver;
  std::optional<relay::spam::Rspamd> rspamd;
  std::unique_ptr<relay::AssembledLane> relay;
  bool stopping = false;
};

Task<void> sweep_pool(LaneThread& lane) {
  while (!lane.stopping) {
    co_await lane.clock.sleep_until(lane.clock.now() + kSweepEvery);
    lane.relay->pool.sweep();
    record_turned_away(lane.relay->lane, relay::Patience::Which::due);
  }
}

// Of the budgets of messages that wait for their verdict.
Task<void> show_spool(Shared& shared, LaneThread& lane) {
  runtime::Metrics& metrics = shared.world.metrics;
  const relay::Settings& settings = shared.settings;
  runtime::Gauge& memory =
      metrics.gauge("waybill_message_memory_bytes", "Octets of messages in memory, in all");
  runtime::Gauge& files =
      metrics.gauge("waybill_spool_bytes", "Octets of messages in spool files, in all");
  metrics.gauge("waybill_message_memory_limit_bytes", "What messages in memory may take")
      .set(static_cast<double>(settings.max_memory));
  metrics.gauge("waybill_spool_limit_bytes", "What spool files may take")
      .set(static_cast<double>(settings.max_spool));
  while (!lane.stopping) {
    memory.set(static_cast<double>(settings.max_memory - shared.message_memory.free()));
    files.set(static_cast<double>(settings.max_spool - shared.spool_octets.free()));
    co_await lane.clock.sleep_until(lane.clock.now() + kShowSpoolEvery);
  }
}

using Begins = relay::Session::Begins;

// Where connections come in.
struct OpenDoor {
  std::unique_ptr<runtime::Listener> listener;
  Begins begins;
};

class RelayingRole final : public RelayRole {
 public:
  RelayingRole(const Config& config, RelayWorld world)
      : shared_{
            .settings = relay_settings(config),
            .node = config.node,
            .world = world,
            .metrics = relay::RelayMetrics(world.metrics),
            .admission = relay::Admission(
                sessions_within(config.limits.max_sessions, runtime::descriptor_limit()),
                config.limits.max_sessions_per_client),
            .hop_budget = {hop_connections(config), config.limits.max_connections_per_hop},
            .client_budget = {hop_connections(config), config.limits.max_connections_per_client},
            .ourselves = {.names = {config.host_name}, .endpoints = {}},
            .spool_workers = runtime::thread_workers("wb-spool", kSpoolThreads, kSpoolQueue),
            .spool_octets = runtime::Permits(config.limits.max_spool),
            .message_memory = runtime::Permits(config.limits.max_memory),
            .patience = relay::Patience(config.limits.max_refusals_per_client),
            .rates = relay::door::Rates(config.limits.door),
            .partitions = config.kafka.there ? config.kafka.partitions : 1} {}

  ~RelayingRole() override {
    end_lanes();
    while (!drained()) std::this_thread::sleep_for(kDrainPoll);
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      threads_[i]->call([&] {
        lanes_[i]->relay->pool.clear();
        lanes_[i].reset();
      });
    }
  }

  Explained<void> start(const Config& config, std::vector<Door> doors) {
    if (const auto room = check_descriptors(config.limits.max_sessions); !room) return room;
    const std::uint32_t count =
        config.threads > 0 ? config.threads : std::max(1U, std::thread::hardware_concurrency() / 2);
    for (std::uint32_t i = 0; i < count; ++i) {
      if (const auto added = add_lane(config, i); !added) return added;
    }
    for (Door& door : doors) {
      if (auto listening = listen(std::move(door)); !listening) return listening;
    }
    threads_.front()->call([this] { begin_accepting(); });
    return {};
  }

  // Beyond what the process may open, a session more would cost the journal its files.
  static Explained<void> check_descriptors(std::uint32_t max_sessions) {
    const std::uint64_t may = runtime::descriptor_limit();
    const std::uint64_t needed = reserved(may) + kDescriptorsPerSession * max_sessions;
    const std::uint32_t sessions = sessions_within(max_sessions, may);
    if (sessions == 0) {
      return runtime::Failure{runtime::Errc::invalid,
                              "this process may open " + std::to_string(may) +
                                  " descriptors, too few for a session: raise the limit "
                                  "(LimitNOFILE=, ulimit -n) to " +
                                  std::to_string(needed)};
    }
    if (sessions < max_sessions) {
      log(runtime::Level::warn, "app",
          "fewer sessions than limits.max_sessions: raise the limit of descriptors (LimitNOFILE=, "
          "ulimit -n)",
          {{"sessions", std::uint64_t{sessions}}, {"descriptors", may}, {"needed", needed}});
    }
    return {};
  }

  std::vector<Listening> listening() const override {
    std::vector<Listening> out;
    for (const OpenDoor& door : doors_) {
      out.push_back({door.listener->local(), door.begins == Begins::with_tls});
    }
    return out;
  }

  bool stop(std::chrono::seconds grace) override {
    threads_.front()->call([this] {
      for (const OpenDoor& door : doors_) door.listener->close();
    });
    end_lanes();
    const Instant deadline = clock_.now() + grace;
    while (!drained()) {
      if (clock_.now() > deadline) return false;
      std::this_thread::sleep_for(kDrainPoll);
    }
    return true;
  }

 private:
  Explained<void> add_lane(const Config& config, std::uint32_t number) {
    threads_.push_back(std::make_unique<runtime::IoThread>("wb-smtp-" + std::to_string(number)));
    runtime::IoThread& thread = *threads_.back();
    Explained<void> made;
    thread.call([&] {
      runtime::dns::UnboundSettings dns;
      dns.forward_to = config.dns_servers;
      if (config.dnssec) dns.trust_anchor_file = config.dns_trust_anchor;
      auto resolver = runtime::dns::unbound_resolver(thread.executor(), dns);
      if (!resolver) {
        const bool anchored = config.dnssec;
        made = explain(resolver.error(), anchored ? "cannot set up DNS with the trust anchor " +
                                                        config.dns_trust_anchor
                                                  : std::string("cannot set up DNS"));
        return;
      }
      lanes_.push_back(
          std::make_unique<LaneThread>(shared_, thread.executor(),
                                       std::make_unique<runtime::dns::CountedResolver>(
                                           std::move(*resolver), clock_, shared_.world.metrics),
                                       clock_));
      LaneThread& lane = *lanes_.back();
      if (number == 0) lane.relay->scope.spawn("show spool", show_spool(shared_, lane));
      lane.relay->scope.spawn("sweep pool", sweep_pool(lane));
    });
    return made;
  }

  Explained<void> listen(Door door) {
    const Endpoint at = door.socket.local();
    auto listener = runtime::listen_tcp(threads_.front()->context(), std::move(door.socket));
    if (!listener) return explain(listener.error(), "cannot listen on " + to_string(at));
    shared_.ourselves.endpoints.push_back(at);
    doors_.push_back({std::move(*listener), door.tls ? Begins::with_tls : Begins::in_clear});
    return {};
  }

  void begin_accepting() {
    for (const OpenDoor& door : doors_) {
      lanes_.front()->relay->scope.spawn(
          "accept", accept_all(*door.listener, clock_, seats(door.begins), "relay"));
    }
  }

  std::vector<runtime::Seat> seats(Begins begins) {
    std::vector<runtime::Seat> out;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      relay::ProxyDoor* const door = &lanes_[i]->relay->door;
      out.push_back({threads_[i]->executor(), [door, begins](auto connection) {
                       door->adopt(std::move(connection), begins);
                     }});
    }
    return out;
  }

  void end_lanes() {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      threads_[i]->call([&] {
        lanes_[i]->stopping = true;
        lanes_[i]->relay->door.stop();
        lanes_[i]->relay->host.stop();
      });
    }
  }

  bool drained() {
    std::size_t running = 0;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      threads_[i]->call([&] { running += lanes_[i]->relay->scope.running(); });
    }
    return running == 0;
  }

  runtime::AsioClock clock_;
  Shared shared_;
  std::vector<std::unique_ptr<LaneThread>> lanes_;
  std::vector<OpenDoor> doors_;
  std::vector<std::unique_ptr<runtime::IoThread>> threads_;
};

}  // namespace

std::uint32_t sessions_within(std::uint32_t wanted, std::uint64_t descriptors) {
  if (descriptors <= reserved(descriptors)) return 0;
  const std::uint64_t room = (descriptors - reserved(descriptors)) / kDescriptorsPerSession;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted, room));
}

Explained<std::unique_ptr<RelayRole>> start_relay(const Config& config, std::vector<Door> doors,
                                                  RelayWorld world) {
  std::error_code error;
  std::filesystem::create_directories(config.data_dir + "/spool", error);
  if (error) return explain(error, "cannot create " + config.data_dir + "/spool");
  auto role = std::make_unique<RelayingRole>(config, world);
  if (const auto started = role->start(config, std::move(doors)); !started) return started.error();
  return std::unique_ptr<RelayRole>(std::move(role));
}

}  // namespace waybill::app

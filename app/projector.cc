// waybill projector: folds partitions of the log on Kafka into views, and answers for them.

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "app/backup/backup_requests.h"
#include "app/cluster/cluster_node.h"
#include "app/cluster/partition_set.h"
#include "app/command/config_file.h"
#include "app/http_server.h"
#include "app/partition_views.h"
#include "app/projector_role.h"
#include "app/signals.h"
#include "app/state_metrics.h"
#include "app/subcommands.h"
#include "http/health.h"
#include "ingest/kafka_quarantine.h"
#include "ingest/kafka_stream.h"
#include "query/routes.h"
#include "relay/routes/current_routes.h"
#include "runtime/log.h"
#include "schemas/partition.h"

namespace waybill::app {

using runtime::Explained;
using runtime::Level;
using runtime::log;

namespace {

// Each may wait for other nodes.
constexpr std::size_t kQueryThreads = 8;
constexpr std::size_t kQueryQueue = 1024;
// Of all partitions together.
constexpr std::uint64_t kBlockCacheOctets = 256ULL << 20;
constexpr std::uint64_t kWriteBufferOctets = 512ULL << 20;

struct Options {
  ConfigFile file;
  std::string partitions = "all";
};

class ProjectorProcess {
 public:
  ProjectorProcess(ConfigFile file, Config config, std::vector<std::uint32_t> partitions)
      : file_(std::move(file)),
        config_(std::move(config)),
        routes_(config_.routes),
        partitions_(std::move(partitions)) {}

  int run() {
    runtime::start_log(config_.log_level, config_.log_format);
    auto up = open_views();
    if (up) up = open_log();
    if (up) up = start_servers();
    if (!up) {
      log(Level::error, "app", "cannot start", {{"why", up.error().why}});
    } else {
      log(Level::info, "app", "answering", {{"http", "http://" + to_string(http_->local())}});
      wait();
    }
    peers_server_.reset();
    http_.reset();
    projector_.reset();
    query_workers_.reset();
    peers_workers_.reset();
    node_.reset();
    ends_.reset();
    views_.clear();
    quarantine_.reset();
    runtime::stop_log();
    return up ? kExitOk : kExitEnvironment;
  }

 private:
  Explained<void> open_views() {
    const auto memory = projector::make_store_memory(kBlockCacheOctets, kWriteBufferOctets);
    for (const std::uint32_t partition : partitions_) {
      auto views = PartitionViews::open(config_.data_dir, partition, memory);
      if (!views) return views.error();
      views_.push_back(std::move(*views));
    }
    return {};
  }

  Explained<void> open_log() {
    auto ends =
        ingest::kafka_ends(config_.kafka.settings, schemas::kDeliveriesTopic, partitions_, clock_);
    if (!ends) return ends.error();
    ends_ = std::move(*ends);
    quarantine_ = ingest::kafka_quarantine(config_.kafka.settings, metrics_);
    for (const auto& one : views_) {
      one->projector().on_undecodable(
          [this](const ingest::LogRecord& record) { quarantine_->add(record); });
    }
    auto node = ClusterNode::open(config_);
    if (!node) return node.error();
    node_ = std::move(*node);
    ProjectorParts parts;
    parts.threads = config_.threads > 0 ? config_.threads
                                        : std::max(1U, std::thread::hardware_concurrency() / 2);
    parts.read = [this](std::vector<ingest::StreamPosition> positions) {
      return ingest::kafka_stream(config_.kafka.settings, schemas::kDeliveriesTopic,
                                  config_.kafka.partitions, std::move(positions));
    };
    projector_ = start_projector(views_, std::move(parts), metrics_);
    return {};
  }

  Explained<void> start_servers() {
    query_workers_ = runtime::thread_workers("wb-query", kQueryThreads, kQueryQueue);
    query::Parts questions = query_parts();
    questions.peers = node_->peers();
    http::Router router;
    query::add_routes(router, std::move(questions));
    HttpSettings settings;
    settings.listen = config_.http_listen;
    auto server = start_http(settings, std::move(router), server_parts(*query_workers_));
    if (!server) return server.error();
    http_ = std::move(*server);
    if (!config_.cluster.listen) return {};
    return start_peers_server();
  }

  // Where other nodes ask: from these views alone, and only those who know the secret.
  Explained<void> start_peers_server() {
    HttpSettings settings;
    settings.listen = *config_.cluster.listen;
    settings.server.session.hosts = http::Hosts::any;
    if (!config_.cluster.certificate.empty()) {
      auto tls = runtime::TlsContext::server(config_.cluster.certificate, config_.cluster.key);
      if (!tls) return tls.error();
      settings.tls = std::move(*tls);
    }
    // These ask nobody, and must not wait behind those who wait for others.
    peers_workers_ = runtime::thread_workers("wb-peers", kQueryThreads, kQueryQueue);
    http::ServerParts parts = server_parts(*peers_workers_);
    parts.secret = node_->secret();
    http::Router router;
    query::add_routes(router, query_parts());
    // Without a secret anybody might ask.
    if (parts.secret) query::add_node_routes(router, query_parts());
    auto server = start_http(settings, std::move(router), std::move(parts));
    if (!server) return server.error();
    peers_server_ = std::move(*server);
    return {};
  }

  Explained<std::unique_ptr<HttpServer>> start_http(const HttpSettings& settings,
                                                    http::Router router, http::ServerParts parts) {
    http::add_health_routes(
        router, [this] { return health(); }, metrics_);
    return HttpServer::start(settings, std::move(router), std::move(parts));
  }

  http::ServerParts server_parts(runtime::Workers& workers) {
    http::ServerParts parts;
    parts.workers = &workers;
    parts.clock = &clock_;
    parts.metrics = &metrics_;
    return parts;
  }

  query::Parts query_parts() {
    query::Parts parts;
    parts.partitions = local_partitions(views_, *ends_, clock_);
    parts.partition_count = config_.kafka.partitions;
    parts.clock = &clock_;
    parts.local_case = [this](const std::string& domain) {
      return routes_.get()->local_case_of(domain);
    };
    return parts;
  }

  http::Health health() {
    http::Health out;
    out.lag = lag_of(views_, *ends_, clock_);
    out.why_not = projector_->failure();
    for (const std::uint32_t partition : partitions_) {
      if (out.why_not.empty() && !ends_->of(partition)) {
        out.why_not = "no broker has answered yet: how far the log goes is not known";
      }
    }
    out.ready = out.why_not.empty();
    return out;
  }

  void announce() {
    ingest::NodeState state;
    if (config_.cluster.listen) state.set_address(config_.cluster.advertise);
    for (const auto& one : views_) {
      auto& partition = *state.add_partitions();
      partition.set_partition(one->partition());
      partition.set_position(one->folded_to());
      partition.set_lag(one->freshness(*ends_, clock_).lag);
      partition.set_failed(projector_->failed(one->partition()));
    }
    node_->announce(std::move(state));
  }

  // How local parts are folded is all that a projector takes of [domains].
  void reload() {
    const auto fresh = read_again(file_);
    if (!fresh) return;
    routes_.set(fresh->routes);
    log(Level::info, "app", "reloaded", {{"needs_restart", describe_difference(config_, *fresh)}});
  }

  void wait() {
    const BackupRequests backups(config_, views_);
    PartitionMetrics state(views_, *ends_, *projector_, clock_, metrics_);
    Watch watch;
    watch.reload = [this] { reload(); };
    watch.tick = [this, &state] {
      state.update();
      announce();
    };
    wait_for_the_end(watch);
  }

  const ConfigFile file_;
  const Config config_;
  relay::routes::CurrentRoutes routes_;
  const std::vector<std::uint32_t> partitions_;
  runtime::AsioClock clock_;
  runtime::Metrics metrics_;
  std::unique_ptr<ingest::Quarantine> quarantine_;
  ManyViews views_;
  std::unique_ptr<ingest::LogEnds> ends_;
  std::unique_ptr<ClusterNode> node_;
  std::unique_ptr<runtime::Workers> query_workers_;
  std::unique_ptr<runtime::Workers> peers_workers_;
  std::unique_ptr<ProjectorRole> projector_;
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<HttpServer> peers_server_;
};

int project(const Options& options) {
  auto config = read_or_complain(options.file);
  if (config && !needs_kafka(*config, options.file, "projector")) config.reset();
  std::vector<std::uint32_t> partitions;
  if (config) {
    auto named = parse_partition_set(options.partitions, config->kafka.partitions);
    if (named) {
      partitions = std::move(*named);
    } else {
      std::fprintf(stderr, "waybill: --partitions: %s\n", named.error().why.c_str());
    }
  }
  if (partitions.empty()) {
    std::fprintf(stderr, "waybill: nothing was started\n");
    return kExitUsage;
  }
  return ProjectorProcess(options.file, std::move(*config), std::move(partitions)).run();
}

}  // namespace

void add_projector(Command root) {
  Command command = root.add_command(
      "projector", "Fold partitions of the log on Kafka into views, and answer for them");
  auto options = std::make_shared<Options>();
  add_options(command, options->file);
  command
      .add("--partitions", options->partitions,
           "Those of the deliveries topic: \"0-11\", \"0,3,5-7\" or \"all\"")
      .shows_default();
  command.runs([options] { return project(*options); });
}

}  // namespace waybill::app

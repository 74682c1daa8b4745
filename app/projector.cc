// waybill projector: folds partitions of the log on Kafka into views, and answers for them.

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "app/cluster/partition_set.h"
#include "app/command/config_file.h"
#include "app/parts/askers_part.h"
#include "app/parts/backup_part.h"
#include "app/parts/exports_part.h"
#include "app/parts/http_part.h"
#include "app/parts/node_part.h"
#include "app/parts/routes_part.h"
#include "app/parts/views_part.h"
#include "app/process/process.h"
#include "app/roles/log_holes.h"
#include "app/roles/rule_words.h"
#include "app/subcommands.h"
#include "ingest/kafka_quarantine.h"
#include "ingest/kafka_stream.h"
#include "projector/rocksdb_view_store.h"
#include "query/node_asker.h"
#include "query/routes.h"
#include "schemas/partition.h"

namespace waybill::app {

using runtime::Explained;

namespace {

constexpr std::size_t kProjectorQueryThreads = 8;
// Each waits for other nodes.
constexpr std::size_t kProjectorAskThreads = 8;
// Of all partitions together.
constexpr std::uint64_t kBlockCacheOctets = 256ULL << 20;
constexpr std::uint64_t kWriteBufferOctets = 512ULL << 20;

struct ProjectorOptions {
  ConfigFile file;
  std::string partitions = "all";
};

// Records that are no events are set aside, each with its place.
class QuarantinePart final : public Part {
 public:
  QuarantinePart(Process& process, ViewsPart& views) : process_(process), views_(views) {}

  std::string_view name() const override { return "quarantine"; }
  Explained<void> start() override {
    quarantine_ = ingest::kafka_quarantine(process_.config().kafka.settings, process_.metrics());
    for (const auto& one : views_.views()) {
      one->projector().on_undecodable(
          [this](const ingest::LogRecord& record) { quarantine_->add(record); });
    }
    return {};
  }
  void stopped() override { quarantine_.reset(); }

 private:
  Process& process_;
  ViewsPart& views_;
  std::unique_ptr<ingest::Quarantine> quarantine_;
};

Explained<FoldingPart::Log> log_on_kafka(Process& process, const ViewsPart& views) {
  const Config& config = process.config();
  auto ends = ingest::kafka_ends(config.kafka.settings, schemas::kDeliveriesTopic,
                                 views.partitions(), process.clock(), longest_linger(config.kafka));
  if (!ends) return ends.error();
  FoldingPart::Log out;
  out.ends = std::move(*ends);
  out.parts.threads =
      config.threads > 0 ? config.threads : std::max(1U, std::thread::hardware_concurrency() / 2);
  out.parts.read = [&config](std::vector<ingest::StreamPosition> positions) {
    return ingest::kafka_stream(config.kafka.settings, schemas::kDeliveriesTopic,
                                config.kafka.partitions, std::move(positions));
  };
  // A partition is folded by one thread.
  auto holes = std::make_shared<std::map<std::uint32_t, LogHoles>>();
  for (const auto& one : views.views()) {
    holes->try_emplace(one->partition(), one->store(), one->partition(), out.parts.read);
  }
  out.parts.record = [holes](std::uint32_t partition, schemas::EventIndex index) {
    return holes->at(partition).record(index);
  };
  return out;
}

http::Health health_of(const ViewsPart& views, const FoldingPart& folding) {
  http::Health out;
  out.lag = folding.lag();
  out.why_not = folding.why_not();
  out.note = folding.note();
  for (const std::uint32_t partition : views.partitions()) {
    if (out.why_not.empty() && !folding.ends().of(partition)) {
      out.why_not = "no broker has answered yet: how far the log goes is not known";
    }
  }
  return out;
}

ingest::NodeState state_of(Process& process, const ViewsPart& views, const FoldingPart& folding) {
  ingest::NodeState state;
  const ClusterConfig& cluster = process.config().cluster;
  if (cluster.listen) state.set_address(cluster.advertise);
  for (const auto& one : views.views()) {
    auto& partition = *state.add_partitions();
    partition.set_partition(one->partition());
    partition.set_position(one->folded_to().value());
    partition.set_lag(one->behind(folding.ends()));
    partition.set_failed(folding.role().failed(one->partition()));
  }
  return state;
}

query::Sources questions_of(Process& process, const FoldingPart& folding,
                            const RoutesPart& routes) {
  query::Sources sources;
  sources.partitions = folding.partitions();
  sources.partition_count = process.config().kafka.partitions;
  sources.clock = &process.clock();
  sources.local_parts = routes.local_parts();
  sources.rules = rule_words();
  return sources;
}

// Where people ask: what is not here is asked of other nodes.
HttpPart::Site site_of(Process& process, const ViewsPart& views, const FoldingPart& folding,
                       const RoutesPart& routes, NodePart& node, AskersPart& askers,
                       const ExportsPart& exports) {
  HttpPart::Site site;
  site.settings.listen = process.config().http_listen;
  site.settings.threads = http_threads();
  query::Sources questions = questions_of(process, folding, routes);
  questions.peers = node.node().peers();
  questions.peer_ends = node.node().follow_ends(views.partitions());
  questions.exports = exports.desk();
  questions.sign_in = askers.sign_in();
  query::add_routes(site.router, std::move(questions));
  askers.guard(site);
  site.health = [&views, &folding] { return health_of(views, folding); };
  return site;
}

// Where other nodes ask: from these views alone, and only with the secret.
Explained<HttpPart::Site> peers_site_of(Process& process, const ViewsPart& views,
                                        const FoldingPart& folding, const RoutesPart& routes,
                                        NodePart& node) {
  const ClusterConfig& cluster = process.config().cluster;
  HttpPart::Site site;
  site.settings.listen = *cluster.listen;
  site.settings.server.session.hosts = http::Hosts::any;
  if (!cluster.certificate.empty()) {
    auto tls = runtime::TlsContext::server(cluster.certificate, cluster.key);
    if (!tls) return tls.error();
    const auto shown = std::make_shared<runtime::CurrentTls>();
    shown->set(std::move(*tls));
    site.settings.tls = shown;
  }
  query::add_routes(site.router, questions_of(process, folding, routes));
  site.secret = node.node().secret();
  site.principals = query::node_principals();
  // Without a secret anybody might ask.
  if (site.secret) query::add_node_routes(site.router, questions_of(process, folding, routes));
  site.health = [&views, &folding] { return health_of(views, folding); };
  return site;
}

int project(Process& process, std::vector<std::uint32_t> partitions) {
  auto& routes = process.add<RoutesPart>();
  auto& views = process.add<ViewsPart>(
      std::move(partitions),
      projector::make_store_memory(std::max(kBlockCacheOctets, process.config().views_cache),
                                   kWriteBufferOctets));
  process.add<QuarantinePart>(views);
  process.add<BackupPart>(nullptr, views);
  FoldingPart* folding = nullptr;
  auto& node = process.add<NodePart>([&] { return state_of(process, views, *folding); });
  folding = &process.add<FoldingPart>(views, [&] { return log_on_kafka(process, views); });
  auto& askers = process.add<AskersPart>();
  auto& exports = process.add<ExportsPart>(process.config().kafka.partitions,
                                           [&] { return folding->partitions(); });
  process.add<HttpPart>("http", HttpPart::Crew{"wb-query", kProjectorQueryThreads},
                        HttpPart::Crew{"wb-ask-nodes", kProjectorAskThreads},
                        [&]() -> Explained<HttpPart::Site> {
                          return site_of(process, views, *folding, routes, node, askers, exports);
                        });
  if (process.config().cluster.listen) {
    // These ask nobody, and must not wait behind those that wait for others.
    process.add<HttpPart>("http for nodes", HttpPart::Crew{"wb-peers", kProjectorQueryThreads},
                          HttpPart::Crew{"", 0},
                          [&] { return peers_site_of(process, views, *folding, routes, node); });
  }
  return process.run();
}

int run_projector(const ProjectorOptions& options) {
  auto config = read_or_complain(options.file);
  if (!config) return nothing_started();
  auto partitions = parse_partition_set(options.partitions, config->kafka.partitions);
  if (!partitions) {
    std::fprintf(stderr, "waybill: --partitions: %s\n", partitions.error().why.c_str());
    return nothing_started();
  }
  Process process(options.file, std::move(*config));
  return project(process, std::move(*partitions));
}

}  // namespace

void add_projector(Command root) {
  Command command = root.add_command(
      "projector", "Fold partitions of the log on Kafka into views, and answer for them");
  auto options = std::make_shared<ProjectorOptions>();
  add_options(command, options->file);
  options->file.fits = [](const Config& config) { return needs_kafka(config, "projector"); };
  command
      .add("--partitions", options->partitions,
           "Those of the deliveries topic: \"0-11\", \"0,3,5-7\" or \"all\"")
      .shows_default();
  command.runs([options] { return run_projector(*options); });
}

}  // namespace waybill::app

// waybill relay: mail in and out, alone; the log is Kafka and the views are elsewhere.

#include <cstdio>
#include <memory>
#include <string>

#include "app/cluster/cluster_node.h"
#include "app/command/config_file.h"
#include "app/http_server.h"
#include "app/local_log.h"
#include "app/relay_service.h"
#include "app/signals.h"
#include "app/state_metrics.h"
#include "app/subcommands.h"
#include "http/health.h"
#include "query/routes.h"
#include "runtime/log.h"

namespace waybill::app {

using runtime::Explained;
using runtime::Level;
using runtime::log;

namespace {

// Each waits for other nodes.
constexpr std::size_t kQueryThreads = 4;
constexpr std::size_t kQueryQueue = 1024;

class RelayProcess {
 public:
  RelayProcess(const ConfigFile& file, Config config) : relay_(file, std::move(config)) {}

  int run() {
    runtime::start_log(config().log_level, config().log_format);
    auto up = open();
    if (up) up = start();
    if (!up) {
      log(Level::error, "app", "cannot start", {{"why", up.error().why}});
    } else {
      log(Level::info, "app", "answering", {{"http", "http://" + to_string(http_->local())}});
      wait();
    }
    const int code = up ? relay_.end(*log_) : kExitEnvironment;
    http_.reset();
    relay_.reset();
    query_workers_.reset();
    node_.reset();
    log_.reset();
    runtime::stop_log();
    return code;
  }

 private:
  const Config& config() const { return relay_.config(); }

  Explained<void> open() {
    auto opened = LocalLog::open(config());
    if (!opened) return opened.error();
    log_ = std::move(*opened);
    if (auto loaded = relay_.load_keys(); !loaded) return loaded;
    auto node = ClusterNode::open(config());
    if (!node) return node.error();
    node_ = std::move(*node);
    return log_->settle(config(), metrics_);
  }

  Explained<void> start() {
    log_->publish(config(), metrics_);
    node_->look_for_return_paths({[this] { return log_->journal().end_seq(); },
                                  [this] { return log_->publisher()->acknowledged_end(); }});
    query_workers_ = runtime::thread_workers("wb-query", kQueryThreads, kQueryQueue);
    if (auto started = start_http(); !started) return started;
    return relay_.start(*log_, node_->return_paths(), metrics_);
  }

  Explained<void> start_http() {
    query::Parts questions;
    questions.partition_count = config().kafka.partitions;
    questions.peers = node_->peers();
    questions.clock = &clock_;
    questions.local_case = [this](const std::string& domain) {
      return relay_.routes().get()->local_case_of(domain);
    };
    http::Router router;
    query::add_routes(router, std::move(questions));
    http::add_health_routes(
        router, [this] { return health(); }, metrics_);
    http::ServerParts parts;
    parts.workers = query_workers_.get();
    parts.clock = &clock_;
    parts.metrics = &metrics_;
    HttpSettings settings;
    settings.listen = config().http_listen;
    auto server = HttpServer::start(settings, std::move(router), std::move(parts));
    if (!server) return server.error();
    http_ = std::move(*server);
    return {};
  }

  // Mail is taken while Kafka is away: that is no reason to send it elsewhere.
  http::Health health() {
    http::Health out;
    out.lag = log_->publisher()->backlog();
    if (log_->journal().fenced()) out.why_not = "the journal is fenced after a failed write";
    out.ready = out.why_not.empty();
    return out;
  }

  void wait() {
    JournalMetrics journal(log_->journal(), config().journal_max, metrics_);
    Watch watch;
    watch.journal = &log_->journal();
    watch.reload = [this] { relay_.reload(); };
    watch.tick = [this, &journal] {
      journal.update();
      ingest::NodeState state;
      state.set_backlog(log_->publisher()->backlog());
      node_->announce(std::move(state));
    };
    wait_for_the_end(watch);
  }

  RelayService relay_;
  runtime::AsioClock clock_;
  runtime::Metrics metrics_;
  std::unique_ptr<LocalLog> log_;
  std::unique_ptr<ClusterNode> node_;
  std::unique_ptr<runtime::Workers> query_workers_;
  std::unique_ptr<HttpServer> http_;
};

int relay(const ConfigFile& file) {
  auto config = read_or_complain(file);
  if (config && !needs_kafka(*config, file, "relay")) config.reset();
  if (!config) {
    std::fprintf(stderr, "waybill: nothing was started\n");
    return kExitUsage;
  }
  return RelayProcess(file, std::move(*config)).run();
}

}  // namespace

void add_relay(Command root) {
  Command command =
      root.add_command("relay", "Take mail and forward it, alone; verdicts go to the log on Kafka");
  auto file = std::make_shared<ConfigFile>();
  add_options(command, *file);
  command.footer(
      "SIGHUP reads the domains again. SIGTERM lets mail under way end, then stops; "
      "what the log has not yet stays in the journal.");
  command.runs([file] { return relay(*file); });
}

}  // namespace waybill::app

// waybill serve: every role in one process on the embedded log.

#include <cstdio>
#include <memory>
#include <string>

#include "app/backup/backup_requests.h"
#include "app/command/config_file.h"
#include "app/http_server.h"
#include "app/local_log.h"
#include "app/partition_views.h"
#include "app/projector_role.h"
#include "app/relay_service.h"
#include "app/return_paths/local_return_paths.h"
#include "app/signals.h"
#include "app/state_metrics.h"
#include "app/subcommands.h"
#include "http/health.h"
#include "ingest/journal_stream.h"
#include "ingest/retention.h"
#include "query/routes.h"
#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::app {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::Level;
using runtime::log;

namespace {

constexpr std::size_t kQueryThreads = 2;
constexpr std::size_t kQueryQueue = 1024;
// The embedded log has one partition.
constexpr std::uint32_t kPartition = 0;

// The views against the journal that they are folded from.
Explained<void> fit(const ingest::JournalStore& journal, const projector::Progress& progress) {
  const std::uint64_t next_seq = progress.next_offset + 1;
  if (next_seq > journal.end_seq()) {
    return Failure{Errc::corrupt,
                   "the views are ahead of the journal (they have folded record " +
                       std::to_string(next_seq - 1) + ", the journal ends at " +
                       std::to_string(journal.end_seq() - 1) +
                       "): the journal was lost or replaced by an older one. Restore the journal, "
                       "or move both journal and views away to begin anew"};
  }
  if (next_seq < journal.first_seq()) {
    return Failure{
        Errc::corrupt,
        "the views end at record " + std::to_string(next_seq - 1) +
            " and the journal begins at record " + std::to_string(journal.first_seq()) +
            ": what lies between is only in the views that were lost. Restore the views"};
  }
  return {};
}

class Serve {
 public:
  Serve(const ConfigFile& file, Config config) : relay_(file, std::move(config)) {}

  int run() {
    runtime::start_log(config().log_level, config().log_format);
    auto up = open();
    if (up) up = start_roles();
    if (!up) {
      log(Level::error, "app", "cannot start", {{"why", up.error().why}});
    } else {
      log(Level::info, "app", "answering", {{"http", "http://" + to_string(http_->local())}});
      wait();
    }
    const int code = up ? relay_.end(*log_) : kExitEnvironment;
    http_.reset();
    projector_.reset();
    relay_.reset();
    return_paths_.reset();
    query_workers_.reset();
    views_.clear();
    ends_.reset();
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
    // Before anything is written: views that do not belong to this journal stop the start.
    auto views = PartitionViews::open(config().data_dir, kPartition, {});
    if (!views) return views.error();
    views_.push_back(std::move(*views));
    if (auto fits = fit(log_->store(), views_.front()->projector().progress()); !fits) return fits;
    return log_->settle(config(), metrics_);
  }

  Explained<void> start_roles() {
    ends_ = std::make_unique<ingest::JournalEnds>(log_->journal(), clock_);
    start_folding();
    query_workers_ = runtime::thread_workers("wb-query", kQueryThreads, kQueryQueue);
    if (auto started = start_http(); !started) return started;
    return_paths_ =
        local_return_paths(log_->journal(), views_.front()->history(), *query_workers_, clock_);
    return relay_.start(*log_, *return_paths_, metrics_);
  }

  void start_folding() {
    ProjectorParts parts;
    parts.read = [this](std::vector<ingest::StreamPosition> positions) {
      return log_->journal().stream(positions.front().next_offset);
    };
    const ingest::Retention retention{config().journal_keep, config().journal_max};
    parts.settled = [this, retention](const PartitionViews& views) {
      // A record's sequence number is its offset + 1.
      const auto trimmed = ingest::trim_journal(log_->journal(), log_->store(), retention,
                                                views.folded_to() + 1, clock_.wall());
      if (trimmed) return;
      log(Level::warn, "app", "journal could not be trimmed",
          {{"error", trimmed.error().message()}});
    };
    projector_ = start_projector(views_, std::move(parts), metrics_);
  }

  Explained<void> start_http() {
    http::Router router;
    query::add_routes(router, query_parts());
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

  query::Parts query_parts() {
    query::Parts parts;
    parts.partitions = local_partitions(views_, *ends_, clock_);
    parts.clock = &clock_;
    parts.local_case = [this](const std::string& domain) {
      return relay_.routes().get()->local_case_of(domain);
    };
    return parts;
  }

  http::Health health() {
    http::Health out;
    out.lag = lag_of(views_, *ends_, clock_);
    out.why_not = projector_->failure();
    if (log_->journal().fenced()) out.why_not = "the journal is fenced after a failed write";
    out.ready = out.why_not.empty();
    return out;
  }

  void wait() {
    const BackupRequests backups(config(), views_);
    JournalMetrics journal(log_->journal(), config().journal_max, metrics_);
    PartitionMetrics partitions(views_, *ends_, *projector_, clock_, metrics_);
    Watch watch;
    watch.journal = &log_->journal();
    watch.reload = [this] { relay_.reload(); };
    watch.tick = [&journal, &partitions] {
      journal.update();
      partitions.update();
    };
    wait_for_the_end(watch);
  }

  RelayService relay_;
  runtime::AsioClock clock_;
  runtime::Metrics metrics_;
  std::unique_ptr<LocalLog> log_;
  std::unique_ptr<ingest::LogEnds> ends_;
  ManyViews views_;
  std::unique_ptr<runtime::Workers> query_workers_;
  std::unique_ptr<relay::returnpath::ReturnPathDirectory> return_paths_;
  std::unique_ptr<ProjectorRole> projector_;
  std::unique_ptr<HttpServer> http_;
};

int serve(const ConfigFile& file) {
  auto config = read_or_complain(file);
  if (config && config->kafka.there) {
    std::fprintf(
        stderr,
        "%s: [kafka] is for `waybill relay` and `waybill projector`; `waybill serve` keeps "
        "its log in the data directory: take the section out\n",
        file.path.c_str());
    config.reset();
  }
  if (!config) {
    std::fprintf(stderr, "waybill: nothing was started\n");
    return kExitUsage;
  }
  return Serve(file, std::move(*config)).run();
}

}  // namespace

void add_serve(Command root) {
  Command command = root.add_command(
      "serve", "Take mail, forward it, and answer for it: every role in one process");
  auto file = std::make_shared<ConfigFile>();
  add_options(command, *file);
  command.footer("SIGHUP reads the domains again. SIGTERM lets mail under way end, then stops.");
  command.runs([file] { return serve(*file); });
}

}  // namespace waybill::app

// waybill serve: every role in one process on the embedded log.

#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "app/command/config_file.h"
#include "app/gaps/gap_file.h"
#include "app/parts/askers_part.h"
#include "app/parts/backup_part.h"
#include "app/parts/dkim_part.h"
#include "app/parts/doors_part.h"
#include "app/parts/exports_part.h"
#include "app/parts/history_only_part.h"
#include "app/parts/http_part.h"
#include "app/parts/journal_part.h"
#include "app/parts/logins_part.h"
#include "app/parts/relay_part.h"
#include "app/parts/routes_part.h"
#include "app/parts/sinks_part.h"
#include "app/parts/views_part.h"
#include "app/parts/workers_part.h"
#include "app/process/process.h"
#include "app/return_paths/known_tries.h"
#include "app/return_paths/local_return_paths.h"
#include "app/roles/journal_fit.h"
#include "app/roles/rule_words.h"
#include "app/subcommands.h"
#include "ingest/journal_offsets.h"
#include "ingest/journal_stream.h"
#include "ingest/retention.h"
#include "query/routes.h"
#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::app {

using runtime::Explained;

namespace {

constexpr std::size_t kServeQueryThreads = 2;
constexpr std::size_t kReturnPathThreads = 2;
// The embedded log has one partition.
constexpr std::uint32_t kPartition = 0;

// The journal goes on where the views are, or behind them where it was lost; before anything is
// recorded.
class FitPart final : public Part {
 public:
  FitPart(Process& process, JournalPart& journal, ViewsPart& views)
      : process_(process), journal_(journal), views_(views) {}

  std::string_view name() const override { return "views beside journal"; }

  Explained<void> start() override {
    const auto begun =
        fit_journal(journal_.journal(), journal_.log().store(), *views_.views().front(),
                    [this](const JournalBegun& beginning) { return tell(beginning); });
    if (!begun) return begun.error();
    const auto gaps = read_gaps(process_.config().data_dir);
    process_.metrics()
        .gauge("waybill_history_gap_timestamp_seconds",
               "When it was last found that a part of history may be missing; 0: never. The file "
               "history.gaps in the data directory says what")
        .set(gaps.empty() ? 0 : seconds_of(gaps.back().found));
    return {};
  }

 private:
  static double seconds_of(runtime::WallTime time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
  }

  // If the process ends behind it, the next start finds the journal as it was, or empty, and says
  // so again.
  Explained<void> tell(const JournalBegun& begun) {
    runtime::log(runtime::Level::error, "app",
                 "the journal was lost or is an older one: it begins anew behind the views",
                 {{"begins_at", begun.begins.value()},
                  {"ended_at", begun.ended.value()},
                  {"without_outcome", std::uint64_t{begun.open}},
                  {"what", begun.missing}});
    return add_gap(process_.config().data_dir, {process_.clock().wall(), begun.missing});
  }

  Process& process_;
  JournalPart& journal_;
  ViewsPart& views_;
};

// The journal is the log, and keeps what the views do not have yet.
FoldingPart::Log embedded_log(Process& process, LocalLog& log, const BackupPart& backup) {
  FoldingPart::Log out;
  out.ends = std::make_unique<ingest::JournalEnds>(log.journal(), process.clock());
  out.parts.read = [&log](std::vector<ingest::StreamPosition> positions)
      -> Explained<std::unique_ptr<ingest::EventStream>> {
    return log.journal().stream(positions.front().next_offset);
  };
  // The embedded log has no record twice: an index of the archive is an offset of the log.
  out.parts.record = [&log](std::uint32_t,
                            schemas::EventIndex index) -> runtime::Result<std::string> {
    const auto seq = ingest::seq_at(schemas::LogOffset(index.value()));
    auto records = log.store().read(seq, 1, 1);
    if (!records) return records.error();
    if (records->empty()) return make_error_code(runtime::Errc::not_found);
    return std::move(records->front().value);
  };
  const ingest::Retention retention{process.config().journal_keep, process.config().journal_max};
  out.parts.settled = [&process, &log, &backup, retention](const PartitionViews& views) {
    if (backup.under_way()) return;
    const auto trimmed =
        ingest::trim_journal(log.journal(), log.store(), retention,
                             ingest::seq_at(views.folded_to()), process.clock().wall());
    if (trimmed) return;
    runtime::log(runtime::Level::warn, "app", "journal could not be trimmed",
                 {{"error", trimmed.error().message()}});
  };
  return out;
}

// The views are told of what was on record at the last stop within moments; where they are folded
// anew the relay does not wait for them.
constexpr std::chrono::seconds kViewsCatchUp{2};
constexpr std::chrono::milliseconds kLookAgain{5};

void learn_of_tries(Process& process, LocalLog& log, const PartitionViews& views,
                    relay::plan::Tries& tries) {
  const auto on_record = ingest::offset_of(log.journal().end_seq());
  const runtime::Instant deadline = process.clock().now() + kViewsCatchUp;
  while (views.folded_to() < on_record && process.clock().now() < deadline) {
    std::this_thread::sleep_for(kLookAgain);
  }
  // Of views that are not whole a delivery may seem to be put off that has gone through.
  const auto whole = views.history().progress();
  const auto learned =
      whole && views.folded_to() >= on_record
          ? learn_tries(views.history(), process.clock().wall(), tries)
          : runtime::Result<std::size_t>(make_error_code(runtime::Errc::temporary));
  if (learned && *learned == 0) return;
  if (learned) {
    runtime::log(runtime::Level::info, "app", "retries of mail that was put off go on",
                 {{"deliveries", std::uint64_t{*learned}}});
    return;
  }
  runtime::log(runtime::Level::warn, "app",
               "retries of mail that was put off begin anew: the views cannot say of them",
               {{"error", learned.error().message()}});
}

http::Health health_of(JournalPart& journal, const FoldingPart& folding) {
  http::Health out;
  out.lag = folding.lag();
  out.why_not = folding.why_not();
  out.note = folding.note();
  if (const std::string note = journal.note(); !note.empty()) {
    out.note += (out.note.empty() ? "" : "; ") + note;
  }
  if (const std::string why = journal.why_not(); !why.empty()) out.why_not = why;
  return out;
}

// The views have what was on record at the start once they are folded so far.
AskersPart::Log log_of_askers(JournalPart& journal, const PartitionViews& views) {
  AskersPart::Log out;
  out.log = &journal.journal();
  out.partition = kPartition;
  const auto on_record = ingest::offset_of(journal.journal().end_seq());
  out.tokens = [&views, on_record]() -> runtime::Result<std::vector<schemas::Event>> {
    const auto whole = views.history().progress();
    if (!whole) return whole.error();
    if (views.folded_to() < on_record) return make_error_code(runtime::Errc::temporary);
    return views.history().control(control::kTokenSubject);
  };
  return out;
}

HttpPart::Site site_of(Process& process, JournalPart& journal, FoldingPart& folding,
                       RoutesPart& routes, AskersPart& askers, const ExportsPart& exports,
                       const SinksPart& sinks) {
  query::Sources questions;
  questions.partitions = folding.partitions();
  questions.clock = &process.clock();
  questions.local_parts = routes.local_parts();
  questions.rules = rule_words();
  questions.access_partition = askers.access_partition();
  questions.sign_in = askers.sign_in();
  questions.exports = exports.desk();
  HttpPart::Site site;
  site.settings.listen = process.config().http_listen;
  site.settings.threads = http_threads();
  query::add_routes(site.router, std::move(questions));
  askers.guard(site);
  site.health = [&journal, &folding, &sinks] {
    http::Health out = health_of(journal, folding);
    const std::string note = sinks.note();
    if (!note.empty()) out.note += (out.note.empty() ? "" : "; ") + note;
    return out;
  };
  return site;
}

int serve(Process& process) {
  using relay::returnpath::ReturnPathDirectory;
  auto& doors = process.add<DoorsPart>();
  auto& journal = process.add<JournalPart>();
  auto& routes = process.add<RoutesPart>();
  auto& views = process.add<ViewsPart>(
      std::vector{kPartition},
      projector::make_store_memory(process.config().views_cache,
                                   projector::RocksStoreSettings().write_buffer_octets));
  process.add<FitPart>(journal, views);
  // Behind it, for a journal that was lost has a beginning there.
  auto& keys = process.add<KeysPart>([&journal] { return journal.used(); });
  process.add<RecoveryPart>(journal, [&views] { return kept_in_archive(*views.views().front()); });
  auto& backup = process.add<BackupPart>(&journal, views);
  auto& folding = process.add<FoldingPart>(views, [&]() -> Explained<FoldingPart::Log> {
    return embedded_log(process, journal.log(), backup);
  });
  auto& dkim = process.add<DkimPart>();
  auto& tls = process.add<TlsPart>(dkim);
  auto& logins = process.add<LoginsPart>();
  auto& askers = process.add<AskersPart>(
      [&journal, &views] { return log_of_askers(journal, *views.views().front()); });
  auto& exports = process.add<ExportsPart>(1, [&] { return folding.partitions(); });
  auto& sinks = process.add<SinksPart>([&] { return folding.partitions(); });
  process.add<HttpPart>("http", HttpPart::Crew{"wb-query", kServeQueryThreads},
                        HttpPart::Crew{"", 0}, [&]() -> Explained<HttpPart::Site> {
                          return site_of(process, journal, folding, routes, askers, exports, sinks);
                        });
  auto& lookups = process.add<WorkersPart>("wb-return-paths", kReturnPathThreads);
  std::unique_ptr<ReturnPathDirectory> return_paths;
  process.add<RelayPart>(
      journal, routes, keys, dkim, tls, logins, doors,
      [&]() -> ReturnPathDirectory& {
        return_paths = local_return_paths(journal.journal(), views.views().front()->history(),
                                          lookups.workers(), process.clock());
        return *return_paths;
      },
      [&](relay::plan::Tries& tries) {
        learn_of_tries(process, journal.log(), *views.views().front(), tries);
      });
  return process.run();
}

Explained<void> serves_no_kafka(const Config& config) {
  if (!config.kafka.there) return {};
  return runtime::Failure{runtime::Errc::invalid,
                          "[kafka] is for `waybill relay` and `waybill projector`; `waybill serve` "
                          "keeps its log in the data directory: take the section out"};
}

int serve_history(Process& process, const std::string& data_dir) {
  auto& routes = process.add<RoutesPart>();
  auto& history = process.add<HistoryOnlyPart>(data_dir);
  auto& askers = process.add<AskersPart>(AskersPart::OpenLog(), AskersPart::Owner::none);
  const auto site = [&]() -> Explained<HttpPart::Site> {
    const Config& config = process.config();
    query::Sources questions;
    questions.partitions = history.partitions();
    if (config.kafka.there) questions.partition_count = config.kafka.partitions;
    questions.clock = &process.clock();
    questions.local_parts = routes.local_parts();
    questions.rules = rule_words();
    HttpPart::Site out;
    out.settings.listen = config.http_listen;
    out.settings.threads = http_threads();
    query::add_routes(out.router, std::move(questions));
    askers.guard(out);
    out.health = [&history] {
      http::Health health;
      health.lag = history.lag();
      return health;
    };
    return out;
  };
  process.add<HttpPart>("http", HttpPart::Crew{"wb-query", kServeQueryThreads},
                        HttpPart::Crew{"", 0}, site);
  return process.run();
}

struct ServeOptions {
  ConfigFile file;
  std::string history_only;  // a data directory; empty: mail is taken
};

int run_serve(const ServeOptions& options) {
  auto config = read_or_complain(options.file);
  if (!config) return nothing_started();
  Process process(options.file, std::move(*config));
  if (!options.history_only.empty()) return serve_history(process, options.history_only);
  return serve(process);
}

}  // namespace

void add_serve(Command root) {
  Command command = root.add_command(
      "serve", "Take mail, forward it, and answer for it: every role in one process");
  auto options = std::make_shared<ServeOptions>();
  add_options(command, options->file);
  command
      .add("--history-only", options->history_only,
           "Take no mail and write nothing: answer from the views of this data directory, such as "
           "a restored backup")
      .type_name("DIR");
  options->file.fits = [raw = options.get()](const Config& config) -> Explained<void> {
    if (!raw->history_only.empty()) return {};
    return serves_no_kafka(config);
  };
  command.footer("SIGHUP reads the domains again. SIGTERM lets mail under way end, then stops.");
  command.runs([options] { return run_serve(*options); });
}

}  // namespace waybill::app

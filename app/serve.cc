// waybill serve: every role in one process on the embedded log.

#include <cstdio>
#include <memory>
#include <string>

#include "app/command/config_file.h"
#include "app/parts/http_part.h"
#include "app/parts/journal_part.h"
#include "app/parts/relay_part.h"
#include "app/parts/routes_part.h"
#include "app/parts/views_part.h"
#include "app/process/process.h"
#include "app/return_paths/local_return_paths.h"
#include "app/subcommands.h"
#include "ingest/journal_offsets.h"
#include "ingest/journal_stream.h"
#include "ingest/retention.h"
#include "query/routes.h"
#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::app {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

namespace {

constexpr std::size_t kQueryThreads = 2;
// The embedded log has one partition.
constexpr std::uint32_t kPartition = 0;

// Views that do not belong to this journal stop the start before anything is written.
class FitPart final : public Part {
 public:
  FitPart(Process&, JournalPart& journal, ViewsPart& views) : journal_(journal), views_(views) {}

  std::string_view name() const override { return "views beside journal"; }

  Explained<void> start() override {
    const ingest::JournalStore& journal = journal_.log().store();
    const auto progress = views_.views().front()->projector().progress();
    const schemas::SequenceNumber next_seq = ingest::seq_at(progress.next_offset);
    if (next_seq > journal.end_seq()) {
      return Failure{
          Errc::corrupt,
          "the views are ahead of the journal (they have folded record " +
              std::to_string((next_seq - 1).value()) + ", the journal ends at " +
              std::to_string((journal.end_seq() - 1).value()) +
              "): the journal was lost or replaced by an older one. Restore the journal, or move "
              "both journal and views away to begin anew"};
    }
    if (next_seq < journal.first_seq()) {
      return Failure{Errc::corrupt,
                     "the views end at record " + std::to_string((next_seq - 1).value()) +
                         " and the journal begins at record " +
                         std::to_string(journal.first_seq().value()) +
                         ": what lies between is only in the views that were lost. Restore the "
                         "views"};
    }
    return {};
  }

 private:
  JournalPart& journal_;
  ViewsPart& views_;
};

// The journal is the log, and keeps what the views do not have yet.
FoldingPart::Log embedded_log(Process& process, LocalLog& log) {
  FoldingPart::Log out;
  out.ends = std::make_unique<ingest::JournalEnds>(log.journal(), process.clock());
  out.parts.read = [&log](std::vector<ingest::StreamPosition> positions)
      -> Explained<std::unique_ptr<ingest::EventStream>> {
    return log.journal().stream(positions.front().next_offset);
  };
  const ingest::Retention retention{process.config().journal_keep, process.config().journal_max};
  out.parts.settled = [&process, &log, retention](const PartitionViews& views) {
    const auto trimmed =
        ingest::trim_journal(log.journal(), log.store(), retention,
                             ingest::seq_at(views.folded_to()), process.clock().wall());
    if (trimmed) return;
    runtime::log(runtime::Level::warn, "app", "journal could not be trimmed",
                 {{"error", trimmed.error().message()}});
  };
  return out;
}

http::Health health_of(JournalPart& journal, const FoldingPart& folding) {
  http::Health out;
  out.lag = folding.lag();
  out.why_not = folding.why_not();
  if (const std::string why = journal.why_not(); !why.empty()) out.why_not = why;
  return out;
}

HttpPart::Site site_of(Process& process, JournalPart& journal, FoldingPart& folding,
                       RoutesPart& routes) {
  query::Sources questions;
  questions.partitions = folding.partitions();
  questions.clock = &process.clock();
  questions.local_case = [&routes](const std::string& domain) { return routes.local_case(domain); };
  HttpPart::Site site;
  site.settings.listen = process.config().http_listen;
  query::add_routes(site.router, std::move(questions));
  site.health = [&journal, &folding] { return health_of(journal, folding); };
  return site;
}

int serve(Process& process) {
  using relay::returnpath::ReturnPathDirectory;
  auto& journal = process.add<JournalPart>();
  auto& routes = process.add<RoutesPart>();
  auto& keys = process.add<KeysPart>();
  auto& views = process.add<ViewsPart>(std::vector{kPartition}, nullptr);
  process.add<FitPart>(journal, views);
  process.add<RecoveryPart>(journal);
  auto& folding = process.add<FoldingPart>(
      views, [&]() -> Explained<FoldingPart::Log> { return embedded_log(process, journal.log()); });
  auto& http = process.add<HttpPart>(
      "http", "wb-query", kQueryThreads,
      [&]() -> Explained<HttpPart::Site> { return site_of(process, journal, folding, routes); });
  std::unique_ptr<ReturnPathDirectory> return_paths;
  process.add<RelayPart>(journal, routes, keys, [&]() -> ReturnPathDirectory& {
    return_paths = local_return_paths(journal.journal(), views.views().front()->history(),
                                      http.workers(), process.clock());
    return *return_paths;
  });
  return process.run();
}

Explained<void> needs_no_kafka(const Config& config) {
  if (!config.kafka.there) return {};
  return runtime::Failure{runtime::Errc::invalid,
                          "[kafka] is for `waybill relay` and `waybill projector`; `waybill serve` "
                          "keeps its log in the data directory: take the section out"};
}

int run_serve(const ConfigFile& file) {
  auto config = read_or_complain(file);
  if (!config) return nothing_started();
  Process process(file, std::move(*config));
  return serve(process);
}

}  // namespace

void add_serve(Command root) {
  Command command = root.add_command(
      "serve", "Take mail, forward it, and answer for it: every role in one process");
  auto file = std::make_shared<ConfigFile>();
  add_options(command, *file);
  file->fits = needs_no_kafka;
  command.footer("SIGHUP reads the domains again. SIGTERM lets mail under way end, then stops.");
  command.runs([file] { return run_serve(*file); });
}

}  // namespace waybill::app

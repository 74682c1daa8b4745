// waybill relay: takes mail and hands it on; the log is Kafka and the views are on other nodes.

#include <memory>
#include <string>

#include "app/command/config_file.h"
#include "app/parts/askers_part.h"
#include "app/parts/dkim_part.h"
#include "app/parts/doors_part.h"
#include "app/parts/http_part.h"
#include "app/parts/journal_part.h"
#include "app/parts/logins_part.h"
#include "app/parts/node_part.h"
#include "app/parts/relay_part.h"
#include "app/parts/routes_part.h"
#include "app/parts/tries_part.h"
#include "app/process/process.h"
#include "app/roles/rule_words.h"
#include "app/subcommands.h"
#include "query/routes.h"

namespace waybill::app {

using runtime::Explained;

namespace {

// There are no views here: metrics are all that is read.
constexpr std::size_t kReadThreads = 1;
// Each waits for other nodes.
constexpr std::size_t kRelayAskThreads = 4;

// Mail is taken while Kafka is away: that is no reason to send it elsewhere.
http::Health health_of(JournalPart& journal, const PublisherPart& publisher) {
  http::Health out;
  out.backlog = publisher.publisher().backlog();
  out.note = journal.note();
  if (const std::string why = journal.why_not(); !why.empty()) out.why_not = why;
  return out;
}

HttpPart::Site site_of(Process& process, JournalPart& journal, PublisherPart& publisher,
                       NodePart& node, RoutesPart& routes, AskersPart& askers) {
  query::Sources questions;
  questions.partition_count = process.config().kafka.partitions;
  questions.peers = node.node().peers();
  questions.peer_ends = node.node().follow_ends({});
  questions.clock = &process.clock();
  questions.local_parts = routes.local_parts();
  questions.rules = rule_words();
  questions.sign_in = askers.sign_in();
  HttpPart::Site site;
  site.settings.listen = process.config().http_listen;
  query::add_routes(site.router, std::move(questions));
  askers.guard(site);
  site.health = [&journal, &publisher] { return health_of(journal, publisher); };
  return site;
}

int relay(Process& process) {
  using relay::returnpath::ReturnPathDirectory;
  auto& doors = process.add<DoorsPart>();
  auto& journal = process.add<JournalPart>();
  auto& routes = process.add<RoutesPart>();
  auto& keys = process.add<KeysPart>([&journal] { return journal.used(); });
  auto& node = process.add<NodePart>([&journal] {
    ingest::NodeState state;
    state.set_backlog(journal.log().publisher()->backlog());
    return state;
  });
  process.add<RecoveryPart>(journal);
  auto& publisher = process.add<PublisherPart>(journal);
  auto& dkim = process.add<DkimPart>();
  auto& tls = process.add<TlsPart>(dkim);
  auto& logins = process.add<LoginsPart>();
  auto& askers = process.add<AskersPart>();
  process.add<HttpPart>("http", HttpPart::Crew{"wb-query", kReadThreads},
                        HttpPart::Crew{"wb-ask-nodes", kRelayAskThreads},
                        [&]() -> Explained<HttpPart::Site> {
                          return site_of(process, journal, publisher, node, routes, askers);
                        });
  const OwnJournal own{[&journal] { return journal.journal().end_seq(); },
                       [&publisher] { return publisher.publisher().acknowledged_end(); },
                       [&publisher] { publisher.publisher().hurry(); }};
  auto& relay = process.add<RelayPart>(
      journal, routes, keys, dkim, tls, logins, doors,
      [&node, own]() -> ReturnPathDirectory& { return node.node().look_for_return_paths(own); },
      nullptr, [&node, own]() -> relay::plan::Loans& { return node.node().look_for_loans(own); });
  process.add<TriesPart>(node, relay);
  return process.run();
}

int run_relay(const ConfigFile& file) {
  auto config = read_or_complain(file);
  if (!config) return nothing_started();
  Process process(file, std::move(*config));
  return relay(process);
}

}  // namespace

void add_relay(Command root) {
  Command command =
      root.add_command("relay", "Take mail and forward it, alone; verdicts go to the log on Kafka");
  auto file = std::make_shared<ConfigFile>();
  add_options(command, *file);
  file->fits = [](const Config& config) { return needs_kafka(config, "relay"); };
  command.footer(
      "SIGHUP reads the domains again. SIGTERM lets mail under way end, then stops; "
      "what the log has not yet stays in the journal.");
  command.runs([file] { return run_relay(*file); });
}

}  // namespace waybill::app

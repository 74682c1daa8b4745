// waybill doctor: finds what is wrong, or soon will be, with the things that a waybill needs.

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "app/command/command_line.h"
#include "app/command/config_file.h"
#include "app/command/look.h"
#include "ingest/node_board.h"
#include "runtime/asio_clock.h"
#include "runtime/asio_net.h"
#include "runtime/chance.h"
#include "runtime/clock.h"
#include "runtime/dns/unbound_resolver.h"
#include "runtime/log.h"
#include "runtime/scope.h"
#include "tools/commands.h"
#include "tools/doctor/clock.h"
#include "tools/doctor/configuration.h"
#include "tools/doctor/disk.h"
#include "tools/doctor/dkim.h"
#include "tools/doctor/keys.h"
#include "tools/doctor/lists.h"
#include "tools/doctor/names.h"
#include "tools/doctor/nodes.h"
#include "tools/doctor/outbound.h"
#include "tools/doctor/process.h"
#include "tools/doctor/report.h"
#include "tools/doctor/rounds.h"
#include "tools/doctor/topics.h"

namespace waybill::tools {

using doctor::Check;
using doctor::Finding;
using doctor::Group;
using doctor::Severity;

namespace {

// Of all checks together; each has less. Somebody waits for the answer.
constexpr std::chrono::seconds kPatience{20};
constexpr std::chrono::seconds kAskBrokers{5};
constexpr std::chrono::milliseconds kListenToNodes = 2 * ingest::kNodeSpeaksEvery;
constexpr std::chrono::seconds kReadNodes{6};
constexpr std::chrono::seconds kAskNames{6};
constexpr std::chrono::seconds kGoOut{15};

struct Options {
  app::ConfigFile file;
  bool json = false;
  std::string outbound;  // a domain; empty: nobody is dialled
};

using Shared = std::shared_ptr<const app::Config>;

std::vector<Group> check_kafka(const app::Config& config) {
  const runtime::AsioClock clock;
  const app::KafkaConfig& kafka = config.kafka;
  const auto plans = ingest::topic_plans(kafka.partitions, kafka.replication);
  std::vector<std::string> names;
  for (const ingest::TopicPlan& plan : plans) names.push_back(plan.name);
  doctor::BrokerFacts facts{kafka.settings.bootstrap, kafka.replication, {}, {}};
  const runtime::Instant asked = clock.now();
  facts.state = ingest::describe_cluster(kafka.settings, names, kAskBrokers);
  facts.took = clock.now() - asked;
  std::vector<Group> out{{"broker", doctor::judge_broker(facts)}};
  if (!facts.state) return out;
  out.push_back({"topics", doctor::judge_topics(plans, *facts.state)});
  if (!facts.state->topics.contains(plans.back().name)) return out;
  const auto nodes = ingest::read_nodes(kafka.settings, clock, kListenToNodes, kReadNodes);
  if (nodes) {
    out.push_back({"nodes", doctor::judge_nodes(*nodes, kafka.partitions, clock.wall())});
  } else {
    const std::string sentence = nodes.error().in("cannot be read").why;
    out.push_back({"nodes", {{Severity::unseen, "board", sentence, ""}}});
  }
  return out;
}

std::string servers_text(const app::Config& config) {
  std::string out;
  for (const std::string& server : config.dns_servers) out += (out.empty() ? "" : ", ") + server;
  // libunbound's mark before a port.
  std::replace(out.begin(), out.end(), '@', ':');
  return out.empty() ? "the system's servers" : out;
}

std::vector<Group> check_names(const app::Config& config) {
  runtime::AsioClock clock;
  doctor::NameFacts facts;
  facts.servers = servers_text(config);
  facts.host = config.host_name;
  facts.source = config.limits.sources.by_default;
  for (const auto& [name, domain] : config.routes->domains()) {
    doctor::DomainFacts one;
    one.name = name;
    facts.domains.push_back(std::move(one));
  }
  runtime::dns::UnboundSettings settings;
  settings.forward_to = config.dns_servers;
  if (config.dnssec) {
    settings.trust_anchor_file = config.dns_trust_anchor;
    facts.signed_name = doctor::signed_name(config.dns_trust_anchor);
  }
  boost::asio::io_context context(1);
  auto resolver = runtime::dns::unbound_resolver(context.get_executor(), settings);
  if (!resolver) {
    return {{"dns", {{Severity::unseen, facts.servers, resolver.error().message(), ""}}}};
  }
  std::vector<doctor::ListFacts> lists;
  for (const auto& list : config.limits.door.lists) lists.push_back({list, {}, {}});
  runtime::Scope scope(context.get_executor());
  scope.spawn("look at names", look_at_names(**resolver, clock, facts, clock.now() + kAskNames));
  scope.spawn("look at lists", look_at_lists(**resolver, lists, clock.now() + kAskNames));
  const auto work = boost::asio::make_work_guard(context);
  while (scope.running() > 0) context.run_one();
  std::vector<Group> out{{"dns", doctor::judge_names(facts)}};
  if (!lists.empty()) out.push_back({"lists", doctor::judge_lists(lists)});
  return out;
}

std::vector<Group> check_outbound(const app::Config& config, const std::string& domain) {
  runtime::AsioClock clock;
  doctor::OutboundFacts facts;
  facts.domain = domain;
  runtime::dns::UnboundSettings settings;
  settings.forward_to = config.dns_servers;
  boost::asio::io_context context(1);
  auto resolver = runtime::dns::unbound_resolver(context.get_executor(), settings);
  if (!resolver) {
    return {{"outbound", {{Severity::unseen, domain, resolver.error().message(), ""}}}};
  }
  const auto chance = runtime::system_chance();
  const auto dialer = runtime::tcp_dialer();
  runtime::Scope scope(context.get_executor());
  scope.spawn("look outbound", look_outbound({**resolver, *chance, *dialer, config.limits.sources,
                                              config.limits.next_hop_port, config.limits.smarthost},
                                             facts, clock.now() + kGoOut));
  const auto work = boost::asio::make_work_guard(context);
  while (scope.running() > 0) context.run_one();
  return {{"outbound", doctor::judge_outbound(facts)}};
}

std::vector<Check> checks_of(const Shared& config, const std::string& outbound) {
  std::vector<Check> out;
  out.push_back({"configuration", [config] {
                   return std::vector<Group>{
                       {"configuration",
                        doctor::judge_configuration(*config, doctor::sources_not_ours(*config),
                                                    doctor::unread_secrets(*config))}};
                 }});
  if (config->kafka.there) {
    out.push_back({"broker", [config] { return check_kafka(*config); }});
  }
  out.push_back({"disk", [config] {
                   const runtime::AsioClock clock;
                   return std::vector<Group>{
                       {"disk", doctor::judge_disk(doctor::look_at_disk(*config, clock))}};
                 }});
  out.push_back({"process", [config] {
                   const auto facts = doctor::look_at_process(*config);
                   std::vector<Group> found{{"process", doctor::judge_process(facts)}};
                   auto privileges = doctor::judge_privileges(facts);
                   if (!privileges.empty()) found.push_back({"privileges", std::move(privileges)});
                   return found;
                 }});
  out.push_back({"dns", [config] { return check_names(*config); }});
  const std::string& smarthost = config->limits.smarthost.host;
  if (!outbound.empty() || !smarthost.empty()) {
    out.push_back({"outbound", [config, outbound = outbound.empty() ? smarthost : outbound] {
                     return check_outbound(*config, outbound);
                   }});
  }
  out.push_back({"clock", [] {
                   auto found = doctor::judge_clock(runtime::clock_kept());
                   if (found.empty()) return std::vector<Group>();
                   return std::vector<Group>{{"clock", std::move(found)}};
                 }});
  out.push_back({"keys", [config] {
                   const runtime::AsioClock clock;
                   return std::vector<Group>{{"keys", doctor::look_at_keys(*config, clock.wall())}};
                 }});
  out.push_back(
      {"dkim", [config] {
         return std::vector<Group>{{"dkim", doctor::judge_dkim(doctor::look_at_dkim(*config))}};
       }});
  return out;
}

int examine(const Options& options) {
  auto read = read_or_complain(options.file);
  if (!read) return app::kExitUsage;
  // What libraries say of a broker that is away is said by a finding.
  runtime::silence_log();
  const auto config = std::make_shared<const app::Config>(std::move(*read));
  const doctor::Rounds rounds = doctor::make_rounds(checks_of(config, options.outbound), kPatience);
  const std::string text = options.json ? doctor::json_text(rounds.groups)
                                        : doctor::page(rounds.groups, app::look_of_stdout());
  std::fputs(text.c_str(), stdout);
  const int code = doctor::exit_code(rounds.groups);
  if (rounds.all_ended) return code;
  std::fflush(stdout);
  std::_Exit(code);
}

}  // namespace

void add_doctor(app::Command root) {
  app::Command command = root.add_command(
      "doctor", "Say what is wrong with broker, topics, lag, disk, DNS and keys, or will be soon");
  auto options = std::make_shared<Options>();
  add_options(command, options->file);
  command
      .add("--outbound", options->outbound,
           "Also dial port 25 of the exchanges of this domain, as a relay would, and read their "
           "greetings: can mail leave from here?")
      .type_name("DOMAIN");
  command.add_flag("--json", options->json, "An array of findings, for machines");
  command.footer(
      "Changes nothing, may run beside a running waybill, and ends within some 20 seconds. Run it "
      "as the user who runs Waybill.\n"
      "Exit code: 0 all well, 1 something is wrong or will be soon, 2 the configuration is wrong, "
      "3 something could not be looked at.");
  command.runs([options] { return examine(*options); });
}

}  // namespace waybill::tools

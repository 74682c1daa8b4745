#include "tests/sim/node.h"

#include "ingest/recovery.h"
#include "runtime/clock.h"
#include "tests/support/counted_events.h"
#include "tests/support/forwarding_journal_store.h"
#include "tests/support/routes.h"

namespace waybill::tests {

using runtime::Errc;
using runtime::Result;
using runtime::Task;

// The journal's disk, which a kill cuts off before or after a commit.
class SimNode::KillableStore final : public ForwardingJournalStore {
 public:
  KillableStore(SimNode& node, ingest::JournalStore& disk)
      : ForwardingJournalStore(disk), node_(node) {}

  Result<void> commit(const ingest::JournalWrite& write) override {
    if (!node_.dead()) node_.maybe_kill(node_.kills_.at_commit);
    if (node_.dead()) return make_error_code(Errc::io_error);
    const auto done = ForwardingJournalStore::commit(write);
    node_.maybe_kill(node_.kills_.at_commit);
    if (node_.dead()) return make_error_code(Errc::io_error);
    return done;
  }

 private:
  SimNode& node_;
};

namespace {

constexpr const char* kDomain = "alias.test";

// The hop is reached by its address or its name; home by the senders' own domains.
constexpr const char* kZone = R"(
hop.test. MX 10 mx.hop.test.
mx.hop.test. A 192.0.2.10
origin.test. MX 10 mx.home.test.
origin.test. TXT "v=spf1 ip4:192.0.2.77 -all"
stranger.test. MX 10 mx.home.test.
stranger.test. TXT "v=spf1 -all"
keeper.test. MX 10 mx.home.test.
mx.home.test. A 192.0.2.20
)";

std::string at_hop(const std::string& local) { return local + "@[192.0.2.10]"; }

schemas::DomainRoutes sim_domain() {
  schemas::DomainRoutes domain;
  domain.name = kDomain;
  auto& out = domain.aliases;
  for (const char* name : {"ok", "ok2", "refuse-rcpt", "defer-rcpt", "refuse-body", "defer-body",
                           "drop-before", "drop-after", "silent", "421"}) {
    out[name] = forward_to({at_hop(name)});
  }
  out["by-mx"] = forward_to({"ok-mx@hop.test"});
  out["nowhere"] = forward_to({"x@[192.0.2.99]"});
  out["two"] = forward_to({at_hop("ok-a"), at_hop("ok-b")});
  out["mixed"] = forward_to({at_hop("ok-c"), at_hop("refuse-body2")});
  out["bounce"] = forward_to({at_hop("bounce-hidden")});
  out["bounce2"] = forward_to({"bounce2-hidden@hop.test"});
  out["bounce-owned"] = forward_to({at_hop("bounce-owned-hidden")}, reports_to_owner(kKeeper));
  out["bounce-absorbed"] = forward_to({at_hop("bounce-absorbed-hidden")}, reports_to_nobody());
  out["void"] = schemas::DropSilently{};
  out["spam"] = schemas::RejectWith{{550, "5.7.1", "No spam"}};
  return domain;
}

std::shared_ptr<const relay::routes::RouteTable> sim_table() {
  schemas::DomainRoutes other;
  other.name = kOtherDomain;
  return table_of({sim_domain(), std::move(other)});
}

// Return paths as one sees them who does not look closely.
class MistakenDirectory final : public relay::returnpath::ReturnPathDirectory {
 public:
  MistakenDirectory(std::unique_ptr<ReturnPathDirectory> honest, Mistake mistake)
      : honest_(std::move(honest)), mistake_(mistake) {}
  Task<Result<schemas::ReturnPath>> find(relay::returnpath::TokenFacts token,
                                         runtime::Instant deadline) override {
    auto path = co_await honest_->find(token, deadline);
    if (path && mistake_ == Mistake::forgets_reports) path->reports.clear();
    if (path && mistake_ == Mistake::believes_senders) path->verified = true;
    if (path && mistake_ == Mistake::mixes_senders_up) path->sender = "somebody@origin.test";
    co_return path;
  }

 private:
  std::unique_ptr<ReturnPathDirectory> honest_;
  Mistake mistake_;
};

relay::Settings sim_settings() {
  relay::Settings settings;
  settings.host_name = "mx.test";
  settings.spool_directory = "/nonexistent";
  settings.final_deadline = std::chrono::seconds(5);
  settings.rcpt_deadline = std::chrono::seconds(3);
  return settings;
}

}  // namespace

std::vector<std::string> sim_aliases() {
  std::vector<std::string> out;
  for (const auto& [local, action] : sim_domain().aliases) out.push_back(local + "@" + kDomain);
  out.push_back(std::string("nobody@") + kDomain);
  // What goes well is the common case.
  for (int i = 0; i < 6; ++i) out.push_back(std::string("ok@") + kDomain);
  for (int i = 0; i < 3; ++i) out.push_back(std::string("bounce@") + kDomain);
  return out;
}

const relay::returnpath::KeyRing& sim_keys() {
  static const auto keys = key_ring();
  return keys;
}

runtime::Endpoint sim_hop() { return {boost::asio::ip::make_address("192.0.2.10"), 25}; }

SimNode::SimNode(SimNet& net, Disks& disks, runtime::Endpoint at, KillChances kills,
                 Mistake mistake)
    : net_(net),
      disks_(disks),
      at_(at),
      kills_(kills),
      store_(std::make_unique<KillableStore>(*this, disks.journal)),
      journal_(*store_, {}),
      dialer_(net.dialer(process_, at.address)),
      resolver_(net.clock(), kZone),
      born_at_(disks.journal.end_seq()),
      relay_metrics_(metrics_),
      settings_(sim_settings()),
      admission_(settings_.max_sessions, settings_.max_sessions_per_client),
      routes_(sim_table()),
      ourselves_{{settings_.host_name}, {at}},
      background_(net.executor()),
      keys_(sim_keys()),
      history_(disks.views),
      return_paths_(std::make_unique<MistakenDirectory>(
          app::local_return_paths(journal_, history_, *workers_, net.clock()), mistake)),
      relay_(relay::assemble({.executor = net.executor(),
                              .clock = net.clock(),
                              .chance = net.chance(),
                              .dialer = *dialer_,
                              .resolver = resolver_,
                              .log = journal_,
                              .node = "sim",
                              .settings = settings_,
                              .routes = routes_,
                              .keys = keys_,
                              .return_paths = *return_paths_,
                              .turns = turns_,
                              .tries = tries_,
                              .loans = loans_,
                              .admission = admission_,
                              .hop_budget = hop_budget_,
                              .metrics = relay_metrics_,
                              .spool_workers = *workers_,
                              .spool_octets = spool_,
                              .message_memory = message_memory_,
                              .patience = patience_,
                              .ourselves = ourselves_})) {
  journal_.count_events(counters_);
  process_->before_write = [this] { maybe_kill(kills_.at_write); };
}

SimNode::~SimNode() = default;

void SimNode::maybe_kill(std::uint64_t one_in) {
  if (one_in > 0 && net_.chance().one_in(one_in)) kill();
}

void SimNode::kill() {
  if (process_->dead) return;
  process_->kill();
  net_.close(at_);
}

Task<bool> SimNode::start() {
  background_.spawn("journal", drive_journal());
  const auto settled = co_await settle_open_acceptances(*store_, relay_->recorder);
  if (!settled || dead()) co_return false;
  background_.spawn("projector", project());
  net_.listen(at_, process_, [this](std::unique_ptr<runtime::Connection> connection) {
    relay_->host.adopt(std::move(connection));
  });
  co_return true;
}

// A sync takes its time, in which others queue up behind it, and now and then a long time.
Task<void> SimNode::drive_journal() {
  constexpr std::chrono::microseconds kLeast{100};
  constexpr std::chrono::microseconds kMost{5000};
  std::chrono::microseconds pause = kLeast;
  while (!stopping_) {
    const std::chrono::microseconds jitter(
        net_.chance().below(net_.chance().one_in(50) ? 40'000 : 300));
    co_await net_.clock().sleep_until(net_.clock().now() + pause + jitter);
    pause = journal_.commit_pending() ? kLeast : std::min(pause * 2, kMost);
  }
}

Task<void> SimNode::project() {
  auto projector = projector::Projector::open(disks_.views, 0);
  runtime::check(projector.has_value(), "the views say where they stand");
  folded_to_ = (*projector)->progress().next_offset;
  stream_ = journal_.stream(folded_to_);
  for (;;) {
    const std::size_t most = 1 + net_.chance().below(50);
    const auto records = co_await stream_->next(most);
    if (!records || dead()) co_return;
    // The views are behind at times; who needs to know waits.
    if (net_.chance().one_in(8)) {
      const std::chrono::microseconds behind(net_.chance().below(30'000));
      co_await net_.clock().sleep_until(net_.clock().now() + behind);
      if (dead()) co_return;
    }
    const auto projected = (*projector)->project(*records);
    runtime::check(projected.has_value(), "records are projected");
    folded_to_ = (*projector)->progress().next_offset;
    maybe_kill(kills_.at_fold);
    if (net_.chance().one_in(5)) runtime::check(disks_.views.sync().has_value(), "views sync");
  }
}

std::string SimNode::miscounted() const {
  auto recorded = recorded_events(disks_.journal, born_at_, journal_.end_seq());
  std::string out;
  for (const auto& [verdict, count] : counted_events(metrics_)) {
    if (count != recorded[verdict]) {
      out +=
          " " + verdict + " " + std::to_string(count) + " for " + std::to_string(recorded[verdict]);
    }
    recorded.erase(verdict);
  }
  for (const auto& [kind, count] : recorded) out += " " + kind + " without a counter";
  return out;
}

Task<void> SimNode::end() {
  net_.close(at_);
  relay_->host.stop();
  co_await relay_->scope.join();
  relay_->pool.clear();
  stopping_ = true;
  if (stream_ != nullptr) stream_->close();
  co_await background_.join();
}

}  // namespace waybill::tests

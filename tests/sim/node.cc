#include "tests/sim/node.h"

#include "app/return_paths/known_tries.h"
#include "app/return_paths/try_events.h"
#include "ingest/recovery.h"
#include "runtime/clock.h"
#include "tests/sim/domain.h"
#include "tests/support/counted_events.h"
#include "tests/support/forwarding_journal_store.h"

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

// A turn at a delivery that was put off is never given.
class LendsNothing final : public relay::plan::Loans {
 public:
  relay::plan::Loan of(const schemas::DeliveryId& delivery, std::uint32_t partition) override {
    return {delivery, partition, {}};
  }
  Task<bool> take(relay::plan::Loan, runtime::Instant) override { co_return false; }
  Task<void> give_back(relay::plan::Loan) override { co_return; }
};

std::unique_ptr<relay::plan::Loans> loans_of(Mistake mistake) {
  if (mistake == Mistake::lends_nothing) return std::make_unique<LendsNothing>();
  return std::make_unique<relay::plan::NobodyElseLends>();
}

relay::Settings sim_settings() {
  relay::Settings settings;
  settings.host_name = "mx.test";
  settings.spool_directory = "/nonexistent";
  settings.final_deadline = std::chrono::seconds(5);
  settings.rcpt_deadline = std::chrono::seconds(3);
  return settings;
}

}  // namespace

SimNode::SimNode(SimNet& net, Disks& disks, runtime::Endpoint at, KillChances kills,
                 Mistake mistake)
    : net_(net),
      disks_(disks),
      mistake_(mistake),
      at_(at),
      kills_(kills),
      store_(std::make_unique<KillableStore>(*this, disks.journal)),
      journal_(*store_, {}),
      dialer_(net.dialer(process_, at.address)),
      resolver_(net.clock(), kSimZone),
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
      loans_(loans_of(mistake)),
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
                              .signing = signing_,
                              .return_paths = *return_paths_,
                              .turns = turns_,
                              .tries = tries_,
                              .loans = *loans_,
                              .admission = admission_,
                              .hop_budget = hop_budget_,
                              .client_budget = client_budget_,
                              .provider_rates = provider_rates_,
                              .metrics = relay_metrics_,
                              .spool_workers = *workers_,
                              .spool_octets = spool_,
                              .message_memory = message_memory_,
                              .patience = patience_,
                              .rates = rates_,
                              .greylist = greylist_,
                              .tls = tls_server_,
                              .hop_tls = tls_,
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
  while (!dead() && !caught_up()) {
    const runtime::Instant soon = net_.clock().now() + std::chrono::milliseconds(1);
    co_await net_.clock().sleep_until(soon);
  }
  if (dead()) co_return false;
  learn_of_tries();
  net_.listen(at_, process_, [this](std::unique_ptr<runtime::Connection> connection) {
    if (mistake_ == Mistake::forgets_what_is_done) forget_what_is_done();
    relay_->host.adopt(std::move(connection));
    wake_journal();
  });
  started_ = true;
  co_return true;
}

void SimNode::learn_of_tries() {
  if (mistake_ == Mistake::learns_of_no_tries) return;
  const auto learned = app::learn_tries(history_, net_.clock().wall(), tries_);
  runtime::check(learned.has_value(), "the views know of tries");
}

// As much of other content as pushes out what was there.
void SimNode::forget_what_is_done() {
  for (const schemas::Event& event : forwarded_) {
    const auto id = schemas::DeliveryId::from_bytes(event.delivery_id());
    for (std::size_t i = 0; i < relay::plan::kMostContents; ++i) {
      std::string digest = std::to_string(i);
      digest.resize(relay::plan::kContentDigestOctets);
      tries_.remember_done(app::key_of_try(event), digest, *id, net_.clock().wall());
    }
  }
  forwarded_.clear();
}

void SimNode::make_mistakes(const std::vector<ingest::LogRecord>& records) {
  for (const ingest::LogRecord& record : records) {
    schemas::Event event;
    if (!event.ParseFromString(record.value) || !event.has_forwarded()) continue;
    const auto id = schemas::DeliveryId::from_bytes(event.delivery_id());
    const bool of_mail = id && event.reported_delivery_id().empty();
    if (!of_mail) continue;
    if (mistake_ == Mistake::lends_what_is_spent) tries_.put_off(app::key_of_try(event), *id);
    if (mistake_ == Mistake::forgets_what_is_done && app::has_content(event)) {
      forwarded_.push_back(event);
    }
  }
}

void SimNode::wake_journal() {
  if (!journal_sleeps_) return;
  const auto sleeper = *std::exchange(journal_sleeps_, std::nullopt);
  sleeper.give(true);
}

// A sync takes its time, in which others queue up behind it, and now and then a long time.
Task<void> SimNode::drive_journal() {
  constexpr std::chrono::microseconds kLeast{100};
  constexpr std::chrono::microseconds kMost{20'000};
  std::chrono::microseconds pause = kLeast;
  while (!stopping_) {
    const std::chrono::microseconds jitter(
        net_.chance().below(net_.chance().one_in(50) ? 40'000 : 300));
    co_await net_.clock().sleep_until(net_.clock().now() + pause + jitter);
    const bool committed = journal_.commit_pending();
    pause = committed ? kLeast : std::min(pause * 2, kMost);
    // Where nobody is there to record anything, virtual hours pass in one step.
    if (committed || !started_ || stopping_ || relay_->scope.running() > 0) continue;
    journal_sleeps_.emplace();
    const auto sleeper = *journal_sleeps_;
    co_await sleeper.wait();
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
    if (mistake_ != Mistake::none) make_mistakes(*records);
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
  wake_journal();
  if (stream_ != nullptr) stream_->close();
  co_await background_.join();
}

}  // namespace waybill::tests

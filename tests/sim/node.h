// One life of the process under test: relay, journal and projector as in production, on the virtual
// world. Its disks outlive it.
#pragma once

#include <memory>

#include "app/return_paths/local_return_paths.h"
#include "ingest/journal.h"
#include "ingest/journal_offsets.h"
#include "ingest/memory_journal_store.h"
#include "projector/memory_view_store.h"
#include "projector/projector.h"
#include "relay/assembly.h"
#include "runtime/workers.h"
#include "tests/support/fake_tls.h"
#include "tests/support/sim_net.h"
#include "tests/support/zone_resolver.h"

namespace waybill::tests {

struct Disks {
  ingest::MemoryJournalStore journal;
  projector::MemoryViewStore views;
};

// How likely a life ends at a step: once in so many. 0: never.
struct KillChances {
  std::uint64_t at_write = 0;   // octets going out
  std::uint64_t at_commit = 0;  // half of them before the disk has it, half after
  std::uint64_t at_fold = 0;    // between two batches of the projector
};

// What a relay that breaks its promises gets wrong: the oracle must see it.
enum class Mistake {
  none,
  // of return paths
  forgets_reports,
  believes_senders,
  mixes_senders_up,
  // of tries
  lends_nothing,         // each try has a return path of its own
  lends_what_is_spent,   // a return path goes on when a next hop took a mail by it
  forgets_what_is_done,  // each try goes to all targets
  learns_of_no_tries,    // at a start
};

class SimNode {
 public:
  SimNode(SimNet& net, Disks& disks, runtime::Endpoint at, KillChances kills,
          Mistake mistake = Mistake::none);
  ~SimNode();

  // Recovery, then takes mail. False if it was killed meanwhile.
  runtime::Task<bool> start();

  void kill();
  bool dead() const { return process_->dead; }
  bool fenced() const { return journal_.fenced(); }
  // Everything durable is in the views.
  bool caught_up() const { return folded_to_ >= ingest::offset_of(journal_.end_seq()); }
  // It has sessions, or something to do behind them.
  bool busy() const { return relay_->scope.running() > 0; }

  // What /metrics says of this life's events beside what it made durable; empty: the same.
  std::string miscounted() const;

  // Until nothing of it runs any more; kill() or a peaceful stop come first.
  runtime::Task<void> end();

 private:
  class KillableStore;
  runtime::Task<void> drive_journal();
  runtime::Task<void> project();
  void wake_journal();
  void learn_of_tries();
  void forget_what_is_done();
  void make_mistakes(const std::vector<ingest::LogRecord>& records);
  void maybe_kill(std::uint64_t one_in);

  SimNet& net_;
  Disks& disks_;
  const Mistake mistake_;
  const runtime::Endpoint at_;
  const KillChances kills_;
  std::shared_ptr<Process> process_ = std::make_shared<Process>();
  std::unique_ptr<KillableStore> store_;
  ingest::Journal journal_;
  std::unique_ptr<runtime::Dialer> dialer_;
  ZoneResolver resolver_;
  const schemas::SequenceNumber born_at_;  // where the journal went on in this life
  runtime::Metrics metrics_;
  ingest::EventCounters counters_{metrics_};
  relay::RelayMetrics relay_metrics_;
  relay::Settings settings_;
  relay::Admission admission_;
  relay::routes::CurrentRoutes routes_;
  relay::dns::Ourselves ourselves_;
  std::unique_ptr<runtime::Workers> workers_ = runtime::inline_workers();
  runtime::Permits spool_{1 << 30};
  runtime::Scope background_;
  relay::returnpath::CurrentKeys keys_;
  relay::trust::dkim::CurrentSigningKeys signing_;
  projector::History history_;
  std::unique_ptr<relay::returnpath::ReturnPathDirectory> return_paths_;
  relay::returnpath::Turns turns_;
  relay::plan::Tries tries_;
  std::unique_ptr<relay::plan::Loans> loans_;
  runtime::Permits message_memory_{64 << 20};
  relay::Patience patience_{1000};
  relay::door::DoorSettings door_;
  relay::door::Rates rates_{door_};
  relay::door::Greylist greylist_{door_};
  tests::NoTlsServer tls_server_;
  tests::FakeTls tls_;
  relay::forward::HopBudget hop_budget_{1000, 50};
  relay::forward::ClientBudget client_budget_{1000, 100};
  relay::forward::Providers providers_;
  relay::forward::ProviderRates provider_rates_{providers_};
  std::unique_ptr<relay::AssembledLane> relay_;
  schemas::LogOffset folded_to_;
  std::unique_ptr<ingest::EventStream> stream_;
  bool started_ = false;
  bool stopping_ = false;
  std::optional<runtime::OneShot<bool>> journal_sleeps_;
  std::vector<schemas::Event> forwarded_;  // for a mistake
};

}  // namespace waybill::tests

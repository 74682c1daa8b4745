#include "ingest/publisher.h"

#include <pthread.h>

#include <algorithm>

#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::ingest {

using runtime::Level;
using schemas::SequenceNumber;
using std::chrono::milliseconds;

namespace {

// One read of the journal.
constexpr std::size_t kReadRecords = 5'000;
constexpr std::size_t kReadOctets = 2 << 20;
// Sent and not acknowledged: some tens of megabytes, and what a lost producer makes us send again.
constexpr std::size_t kWindowRecords = 100'000;
// While acknowledgements are awaited: a reply may hang on each (ack = "kafka").
constexpr milliseconds kAckPoll{2};
// A round ends soon enough to be stopped between two.
constexpr milliseconds kIdleRound{100};
// A trim costs a flush: once a second, or sooner where much has gathered.
constexpr std::chrono::seconds kTrimEvery{1};
constexpr std::uint64_t kTrimRecords = 100'000;
// Without an acknowledgement for so long something is wrong: a healthy cluster takes milliseconds.
constexpr std::chrono::seconds kSilence{5};

}  // namespace

Publisher::Publisher(Journal& journal, const JournalStore& store, HeldReplies* held,
                     MakeProducer make, PublisherSettings settings, runtime::Clock& clock,
                     runtime::Metrics& metrics)
    : journal_(journal),
      store_(store),
      held_(held),
      make_(std::move(make)),
      settings_(settings),
      clock_(clock),
      published_(metrics.counter("waybill_publisher_events_total",
                                 "Events acknowledged by all in-sync replicas of the log")),
      restarts_(metrics.counter("waybill_publisher_restarts_total",
                                "Producers that failed and were made anew")),
      backlog_gauge_(metrics.gauge("waybill_publisher_backlog_events",
                                   "Events durable in the journal and not yet in the log")),
      next_(store.first_seq()),
      base_(store.first_seq()),
      trimmed_(store.first_seq()) {}

Publisher::~Publisher() = default;

std::uint64_t Publisher::backlog() const {
  const SequenceNumber end = journal_.end_seq();
  const SequenceNumber base = acknowledged_end();
  return end > base ? end - base : 0;
}

std::string Publisher::trouble() const {
  const runtime::MutexLock lock(mutex_);
  return trouble_;
}

void Publisher::set_trouble(std::string why) {
  const runtime::MutexLock lock(mutex_);
  trouble_ = std::move(why);
}

bool Publisher::ensure_producer() {
  if (producer_) return true;
  if (clock_.now() < next_try_) return false;
  auto made = make_();
  if (!made) {
    lose_producer(made.error().why);
    return false;
  }
  producer_ = std::move(*made);
  return true;
}

void Publisher::lose_producer(const std::string& why) {
  if (why != trouble()) {
    runtime::log(Level::warn, "ingest", "the log takes nothing now; the journal keeps what comes",
                 {{"why", why}, {"backlog", backlog()}});
  }
  if (producer_) restarts_.add();
  producer_.reset();
  set_trouble(why);
  next_try_ = clock_.now() + settings_.pause;
  // What is not known to be in the log is sent again, and readers tell it from what they have seen.
  next_ = acknowledged_end();
  window_.clear();
  unsent_.clear();
  unsent_at_ = 0;
}

void Publisher::round(milliseconds wait) {
  const bool connected = ensure_producer();
  if (connected) send_some();
  if (producer_) {
    tags_.clear();
    const bool idle = window_.empty() && next_ >= journal_.end_seq();
    const milliseconds poll = idle ? milliseconds(0) : std::min(wait, kAckPoll);
    const auto polled = producer_->poll(poll, tags_);
    take(tags_);
    if (!polled) lose_producer(polled.error().why);
    if (idle) journal_.wait_for_record(next_, wait);
  } else {
    std::this_thread::sleep_for(std::min(wait, settings_.pause));
  }
  watch();
  if (held_ != nullptr) held_->expire();
  show_backlog();
}

// A producer waits for its brokers for ever and does not say so.
void Publisher::watch() {
  if (producer_ == nullptr || window_.empty() || !trouble().empty()) return;
  if (clock_.now() - awaited_since_ < kSilence) return;
  set_trouble("no acknowledgement for " + std::to_string(kSilence.count()) +
              " s: no broker is in reach, or too few replicas are in sync");
  runtime::log(Level::warn, "ingest", "the log takes nothing now; the journal keeps what comes",
               {{"why", trouble()}, {"backlog", backlog()}});
}

void Publisher::send_some() {
  if (window_.size() >= kWindowRecords) return;
  if (unsent_at_ == unsent_.size()) {
    unsent_.clear();
    unsent_at_ = 0;
    if (next_ >= journal_.end_seq()) return;
    auto records = store_.read(next_, kReadRecords, kReadOctets);
    if (!records) {
      lose_producer("the journal cannot be read: " + records.error().message());
      return;
    }
    unsent_ = std::move(*records);
  }
  for (; unsent_at_ < unsent_.size(); ++unsent_at_) {
    if (!send_one(unsent_[unsent_at_])) return;
  }
}

// False: this one is still to be sent.
bool Publisher::send_one(const JournalRecord& record) {
  auto envelope = schemas::read_envelope(record.value);
  // What nobody can read goes where its octets are kept: under no key.
  if (!envelope) envelope = schemas::Envelope();
  const OutRecord& out = cloud_event_.describe(*envelope, record.value, settings_.partitions);
  // If the process ends between this and the acknowledgement, the record may be in the log or not.
  // The next start begins at the first record that was not trimmed, so some are in the log twice;
  // readers tell them by (node, node_seq).
  const auto sent = producer_->send(out, record.seq.value());
  if (!sent) {
    lose_producer(sent.error().why);
    return false;
  }
  if (*sent == LogProducer::Sent::queue_full) return false;
  if (window_.empty()) awaited_since_ = clock_.now();
  window_.push_back(false);
  ++next_;
  return true;
}

void Publisher::take(const std::vector<std::uint64_t>& tags) {
  if (tags.empty()) return;
  awaited_since_ = clock_.now();
  SequenceNumber base = acknowledged_end();
  for (const std::uint64_t tag : tags) {
    const SequenceNumber seq(tag);
    if (seq >= base && seq - base < window_.size()) window_[seq - base] = true;
  }
  for (; !window_.empty() && window_.front(); ++base) window_.pop_front();
  published_.add(static_cast<double>(tags.size()));
  // If the process ends here, what was acknowledged since the last trim is sent again. Replies that
  // were held for it are lost with the process: their senders come again.
  base_.store(base, std::memory_order_release);
  if (held_ != nullptr) held_->acknowledged(base);
  if (!trouble().empty()) {
    runtime::log(Level::info, "ingest", "the log takes events again", {{"backlog", backlog()}});
    set_trouble({});
  }
}

void Publisher::trim() {
  const SequenceNumber base = acknowledged_end();
  const bool due = clock_.now() - last_trim_ >= kTrimEvery || base - trimmed_ >= kTrimRecords;
  if (base == trimmed_ || !due) return;
  last_trim_ = clock_.now();
  SequenceNumber keep_from = base;
  const auto open = store_.open_deliveries();
  if (!open) return;
  for (const OpenDelivery& one : *open) keep_from = std::min(keep_from, one.accepted_seq);
  // Only what the log has is trimmed, and never the acceptance of an open delivery, out of which
  // recovery makes its InDoubt. If the process ends before it is done, the journal keeps more than
  // it needs; after a loss of power trimmed records may be back, and are sent again.
  const auto trimmed = journal_.trim(keep_from);
  if (!trimmed) {
    runtime::log(Level::warn, "ingest", "journal could not be trimmed",
                 {{"error", trimmed.error().message()}});
    return;
  }
  trimmed_ = base;
}

PublisherThread::PublisherThread(Publisher& publisher)
    : publisher_(publisher), thread_([this] { run(); }), trims_([this] { run_trims(); }) {
  pthread_setname_np(thread_.native_handle(), "wb-publisher");
  pthread_setname_np(trims_.native_handle(), "wb-trim");
}

PublisherThread::~PublisherThread() {
  stopping_.store(true);
  thread_.join();
  trims_.join();
}

void PublisherThread::run() {
  while (!stopping_.load()) publisher_.round(kIdleRound);
}

void PublisherThread::run_trims() {
  for (; !stopping_.load(); std::this_thread::sleep_for(kIdleRound)) publisher_.trim();
}

}  // namespace waybill::ingest

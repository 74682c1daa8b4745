#include "ingest/publisher.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "runtime/clock.h"
#include "runtime/durable_file.h"
#include "runtime/log.h"
#include "schemas/lean_record.h"
#include "schemas/partition.h"

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
// For the acknowledgements of what somebody waits for; what comes meanwhile is sent after it.
constexpr milliseconds kHurry{50};
// A round ends soon enough to be stopped between two.
constexpr milliseconds kIdleRound{100};
// At the end, for acknowledgements of what still lingers: a healthy cluster takes milliseconds.
constexpr milliseconds kLastRound{1'000};
// A trim costs a flush.
constexpr std::chrono::seconds kTrimEvery{1};
// Without an acknowledgement for so long something is wrong: a healthy cluster takes milliseconds.
constexpr std::chrono::seconds kSilence{5};
// A process that is killed sends again what was acknowledged behind what it had remembered.
constexpr std::chrono::seconds kSaveEvery{10};
// What is kept beside the log takes no more than one part of so many of the journal's limit: the
// rest is for what the log has not, and operators are called at half of it.
constexpr std::uint64_t kKeptParts = 4;
// While what the log has is in doubt.
constexpr milliseconds kLookEvery{500};
// The journal lets go of what is old enough in portions of so long.
constexpr std::chrono::seconds kKeptStep{60};

}  // namespace

Publisher::Publisher(Journal& journal, const JournalStore& store, HeldReplies* held,
                     PublishedLog log, PublisherSettings settings, runtime::Clock& clock,
                     runtime::Metrics& metrics)
    : journal_(journal),
      store_(store),
      held_(held),
      log_(std::move(log)),
      settings_(std::move(settings)),
      clock_(clock),
      published_(metrics.counter("waybill_publisher_events_total",
                                 "Events acknowledged by all in-sync replicas of the log")),
      restarts_(metrics.counter("waybill_publisher_restarts_total",
                                "Producers that failed and were made anew")),
      sent_again_(metrics.counter("waybill_publisher_sent_again_total",
                                  "Events that the log had acknowledged and lost, sent again")),
      backlog_gauge_(metrics.gauge("waybill_publisher_backlog_events",
                                   "Events durable in the journal and not yet in the log")),
      next_(store.sent()),
      base_(store.sent()),
      trimmed_(store.first_seq()) {
  if (settings_.acked_file.empty()) return;
  const auto text = runtime::read_file(settings_.acked_file);
  // Without it nobody knows what the log has lost before this start; what comes is known again.
  if (!text || !acked_.read(*text)) acked_ = AckedOffsets();
  doubts_.add(acked_.all());
}

Publisher::~Publisher() { save_acked(); }

void Publisher::save_acked() {
  last_save_ = clock_.now();
  // What is acknowledged after a loss would hide it from the next process.
  if (settings_.acked_file.empty() || doubts_.any()) return;
  if (!std::exchange(acked_changed_, false)) return;
  const auto saved = runtime::replace_file(settings_.acked_file, acked_.text());
  if (saved) return;
  runtime::log(Level::warn, "ingest",
               "what the log has cannot be remembered: a loss of it before the next start would "
               "not be noticed",
               {{"why", saved.error().why}});
}

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
  auto made = log_.make();
  if (!made) {
    lose_producer(made.error().why);
    return false;
  }
  producer_ = std::move(*made);
  losses_ = producer_->losses();
  return true;
}

void Publisher::lose_producer(const std::string& why) {
  if (why != trouble()) {
    runtime::log(Level::warn, "ingest", "the log takes nothing now; the journal keeps what comes",
                 {{"why", why}, {"backlog", backlog()}});
  }
  if (producer_) restarts_.add();
  producer_.reset();
  doubts_.add(acked_.all());
  set_trouble(why);
  next_try_ = clock_.now() + settings_.pause;
  begin_again(acknowledged_end());
}

// Readers tell it from what they have seen.
void Publisher::begin_again(SequenceNumber from) {
  next_ = from;
  window_.clear();
  unsent_.clear();
  unsent_at_ = 0;
}

void Publisher::look() {
  if (!log_.look_at || clock_.now() - last_look_ < kLookEvery) return;
  last_look_ = clock_.now();
  doubts_.look(log_.look_at, store_);
}

// All of them at once, and all that the journal has of them.
void Publisher::send_again(const std::set<LogPlace>& places) {
  const SequenceNumber first = store_.first_seq();
  again_below_ = std::max(again_below_, acknowledged_end());
  for (const LogPlace& place : places) {
    acked_.forget(place);
    runtime::log(Level::error, "ingest",
                 "the log has lost records that it had acknowledged; the journal sends them again",
                 {{"topic", std::string(place.topic)},
                  {"partition", std::uint64_t{place.partition}},
                  {"journal_begins_at", first.value()}});
  }
  short_.insert(places.begin(), places.end());
  acked_changed_ = true;
  // A process that is killed now begins again where the mark says, or before.
  base_.store(std::min(first, acknowledged_end()), std::memory_order_release);
  journal_.set_sent(acknowledged_end());
  // What is under way would come before what is sent again.
  producer_.reset();
  begin_again(acknowledged_end());
}

// It was acknowledged before, and its partition is not one of those that lost records.
bool Publisher::has_it_still(const OutRecord& record, SequenceNumber seq) {
  if (seq >= again_below_) {
    if (acknowledged_end() >= again_below_) short_.clear();
    return false;
  }
  if (!short_.contains({record.topic, record.partition})) return true;
  sent_again_.add();
  return false;
}

void Publisher::round(milliseconds wait) {
  if (const auto lost = doubts_.take_lost(); !lost.empty()) send_again(lost);
  const bool connected = ensure_producer();
  if (connected) send_some();
  if (producer_) {
    news_.clear();
    const bool idle = window_.empty() && next_ >= journal_.end_seq();
    const milliseconds poll = idle ? milliseconds(0) : std::min(wait, kAckPoll);
    const bool hurries = !idle && acknowledged_end() < hurry_below_.load(std::memory_order_acquire);
    const auto polled = hurries ? producer_->flush(kHurry, news_) : producer_->poll(poll, news_);
    // Before the news: they may be of a log that has lost something already.
    if (std::exchange(losses_, producer_->losses()) != producer_->losses()) {
      doubts_.add(acked_.all());
    }
    take(news_);
    if (!polled) lose_producer(polled.error().why);
    if (idle) journal_.wait_for_record(next_, wait);
  } else {
    std::this_thread::sleep_for(std::min(wait, settings_.pause));
  }
  watch();
  if (clock_.now() - last_save_ >= kSaveEvery) save_acked();
  if (held_ != nullptr) held_->expire();
  show_backlog();
}

void Publisher::finish(milliseconds wait) {
  if (!producer_) return;
  send_some();
  if (!producer_) return;
  news_.clear();
  const auto flushed = producer_->flush(wait, news_);
  take(news_);
  if (!flushed) lose_producer(flushed.error().why);
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
  lean_ = schemas::lean_record(record.value);
  const OutRecord& out = cloud_event_.describe(*envelope, lean_, settings_.partitions);
  // If the process ends between this and the acknowledgement, the record may be in the log or not.
  // The next start begins at the first record that was not trimmed, so some are in the log twice;
  // readers tell them by (node, journal, node_seq).
  if (has_it_still(out, record.seq)) {
    window_.push_back({{out.topic, out.partition}, true});
    ++next_;
    return true;
  }
  const auto sent = producer_->send(out, record.seq.value());
  if (!sent) {
    lose_producer(sent.error().why);
    return false;
  }
  if (*sent == LogProducer::Sent::queue_full) return false;
  if (window_.empty()) awaited_since_ = clock_.now();
  window_.push_back({{out.topic, out.partition}, false});
  ++next_;
  return true;
}

void Publisher::take(const std::vector<Acknowledged>& news) {
  SequenceNumber base = acknowledged_end();
  std::set<LogPlace> lost;
  for (const Acknowledged& one : news) {
    const SequenceNumber seq(one.tag);
    if (seq < base || seq - base >= window_.size()) continue;
    InFlight& sent = window_[seq - base];
    sent.acknowledged = true;
    acked_changed_ = true;
    if (!acked_.add(sent.place, {one.offset, seq})) lost.insert(sent.place);
  }
  for (; !window_.empty() && window_.front().acknowledged; ++base) window_.pop_front();
  if (base == acknowledged_end() && news.empty()) return;
  awaited_since_ = clock_.now();
  published_.add(static_cast<double>(news.size()));
  // If the process ends here, what was acknowledged since the last trim is sent again. Replies that
  // were held for it are lost with the process: their senders come again.
  base_.store(base, std::memory_order_release);
  journal_.set_sent(base);
  if (held_ != nullptr) held_->acknowledged(base);
  if (!trouble().empty()) {
    runtime::log(Level::info, "ingest", "the log takes events again", {{"backlog", backlog()}});
    set_trouble({});
  }
  if (!lost.empty()) send_again(lost);
}

// Below it everything was acknowledged long enough ago.
SequenceNumber Publisher::kept_from() {
  const SequenceNumber base = acknowledged_end();
  const runtime::Instant now = clock_.now();
  if (journal_.octets() > settings_.max_octets / kKeptParts) return base;
  if (acked_by_time_.empty() || now - acked_by_time_.back().at >= kKeptStep) {
    acked_by_time_.push_back({now, base});
  }
  SequenceNumber from = store_.first_seq();
  while (!acked_by_time_.empty() && now - acked_by_time_.front().at >= settings_.keep) {
    from = std::max(from, acked_by_time_.front().below);
    acked_by_time_.pop_front();
  }
  // The log may have lost some meanwhile.
  return std::min(from, base);
}

void Publisher::trim() {
  const bool due = clock_.now() - last_trim_ >= kTrimEvery;
  if (!due) return;
  last_trim_ = clock_.now();
  SequenceNumber keep_from = kept_from();
  if (keep_from <= trimmed_) return;
  const SequenceNumber wanted = keep_from;
  const auto open = store_.open_deliveries();
  if (!open) return;
  for (const OpenDelivery& one : *open) keep_from = std::min(keep_from, one.accepted_seq);
  // Only what the log has had for long is trimmed, and never the acceptance of an open delivery:
  // recovery makes its InDoubt out of that. If the process ends before it is done, the journal
  // keeps more than it needs; after a loss of power trimmed records may be back.
  const auto trimmed = journal_.trim(keep_from);
  if (!trimmed) {
    runtime::log(Level::warn, "ingest", "journal could not be trimmed",
                 {{"error", trimmed.error().message()}});
    return;
  }
  trimmed_ = wanted;
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
  publisher_.finish(kLastRound);
}

void PublisherThread::run_trims() {
  for (; !stopping_.load(); std::this_thread::sleep_for(kIdleRound)) {
    publisher_.trim();
    publisher_.look();
  }
}

}  // namespace waybill::ingest

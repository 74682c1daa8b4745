#include "ingest/journal.h"

#include <algorithm>
#include <utility>

#include "ingest/journal_stream.h"
#include "runtime/log.h"
#include "schemas/kind.h"
#include "schemas/record_identity.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::Result;
using schemas::Event;
using schemas::SequenceNumber;

namespace {

// What the store's own figure costs to ask: about once a mebibyte is often enough for a limit.
constexpr std::uint64_t kRefreshOctets = 1 << 20;

}  // namespace

Journal::Journal(JournalStore& store, JournalLimits limits)
    : store_(store),
      limits_(limits),
      durable_end_(store.end_seq()),
      octets_(store.octets()),
      sent_(store.sent()) {
  const auto open = store.open_deliveries();
  if (open) open_ = open->size();
}

Recorded Journal::begin(std::vector<Event> events) {
  Pending pending;
  const Recorded done = pending.done;
  pending.records.reserve(events.size());
  for (const Event& event : events) {
    std::string record;
    record.reserve(event.ByteSizeLong() + schemas::kIdentityOctets);
    if (!event.AppendToString(&record)) {
      done.give(make_error_code(Errc::invalid));
      return done;
    }
    pending.octets += record.size() + schemas::kIdentityOctets;
    pending.kinds.add(event);
    if (!event.has_access()) pending.is_of_mail = true;
    if (!event.has_control()) pending.only_steers = false;
    if (event.has_accepted()) {
      for (const auto& target : event.accepted().targets()) {
        pending.changes.push_back({target.delivery_id(), pending.records.size()});
        ++pending.opens;
      }
    } else if (!event.delivery_id().empty() && schemas::ends_acceptance(event)) {
      pending.changes.push_back({event.delivery_id(), std::nullopt});
    }
    pending.records.push_back(std::move(record));
  }
  {
    const runtime::MutexLock lock(mutex_);
    if (fenced()) {
      done.give(make_error_code(Errc::fenced));
      return done;
    }
    queue_.push_back(std::move(pending));
  }
  arrived_.notify_one();
  ClockWatch* const watch = watch_.load(std::memory_order_relaxed);
  if (watch != nullptr && !events.empty()) {
    watch->saw(schemas::wall_time(events.front().occurred_at()));
  }
  return done;
}

runtime::Result<void> Journal::fits(const Pending& pending) const {
  const bool only_closes = pending.opens == 0 && pending.closes() > 0;
  if (only_closes || pending.only_steers) return {};
  if (short_of_space()) return make_error_code(Errc::no_space);
  if (!pending.is_of_mail && nothing_to_spare()) return make_error_code(Errc::no_space);
  const std::uint64_t used = octets_.load(std::memory_order_relaxed);
  // What is dropped opens and closes in one breath.
  const std::size_t still_open = pending.opens - std::min(pending.opens, pending.closes());
  const std::uint64_t owed = (open_ + still_open) * limits_.outcome_octets;
  const std::uint64_t most = pending.is_of_mail ? limits_.max_octets : limits_.max_octets / 2;
  if (used + pending.octets + owed > most) return make_error_code(Errc::log_full);
  return {};
}

void Journal::add_to(JournalWrite& write, Pending& pending) {
  open_ += pending.opens;
  open_ -= std::min<std::uint64_t>(open_, pending.closes());
  const SequenceNumber base = write.first_seq + write.records.size();
  for (auto& [id, opened_by] : pending.changes) {
    OpenChange& change = write.changes.emplace_back();
    change.delivery_id = std::move(id);
    if (opened_by) change.accepted_seq = base + *opened_by;
  }
  for (std::string& record : pending.records) {
    const SequenceNumber seq = write.first_seq + write.records.size();
    schemas::append_identity(record, seq.value(), store_.id());
    write.records.push_back(std::move(record));
  }
}

bool Journal::commit_pending() {
  std::vector<Pending> taken;
  {
    const runtime::MutexLock lock(mutex_);
    taken.swap(queue_);
  }
  if (taken.empty()) return false;
  if (fenced()) {
    for (const Pending& pending : taken) pending.done.give(make_error_code(Errc::fenced));
    return true;
  }
  JournalWrite write;
  write.first_seq = durable_end_.load(std::memory_order_relaxed);
  struct Written {
    Recorded done;
    KindCounts kinds;
    SequenceNumber end;
  };
  std::vector<Written> written;
  std::uint64_t added = 0;
  for (Pending& pending : taken) {
    if (const auto fit = fits(pending); !fit) {
      pending.done.give(fit);
      continue;
    }
    octets_.fetch_add(pending.octets, std::memory_order_relaxed);
    added += pending.octets;
    add_to(write, pending);
    written.push_back({pending.done, pending.kinds, write.first_seq + write.records.size()});
  }
  if (written.empty()) return true;
  // If the process ends before commit() has returned, the whole batch is on the disk or none of it:
  // records, open entries and closed ones are one write. Nobody was told either way. An acceptance
  // that is there is called in doubt at the next start; an outcome that is there has closed its
  // entry. A loss of power is the same, because success means that fdatasync has returned.
  const auto committed = store_.commit(write);
  if (!committed) {
    // Whether the batch is on the disk nobody can know now: the kernel may drop the pages that it
    // failed to write and call the next sync a success. Only a new process, which reads the disk,
    // goes on.
    fence(committed.error());
    for (const Written& one : written) one.done.give(make_error_code(Errc::fenced));
    return true;
  }
  // If the process ends here, all of it is durable and nobody was told: senders have no reply and
  // come again, and the next start settles what is open.
  durable_end_.store(write.first_seq + write.records.size(), std::memory_order_release);
  HeldReplies* const held = held_.load();
  EventCounters* const counters = counters_.load();
  for (const Written& one : written) {
    if (counters != nullptr) counters->add(one.kinds);
    if (held != nullptr) {
      held->hold(one.end, one.done);
    } else {
      one.done.give(Result<void>());
    }
  }
  refresh_octets(added);
  wake_readers();
  return true;
}

void Journal::fence(const runtime::Error& error) {
  {
    const runtime::MutexLock lock(mutex_);
    fenced_.store(true, std::memory_order_release);
  }
  runtime::log(runtime::Level::error, "ingest",
               "journal write or sync failed; fenced: every message gets 451 until a new process "
               "has read the disk again",
               {{"error", error.message()}});
  {
    const runtime::MutexLock lock(fence_mutex_);
    if (when_fenced_) when_fenced_();
    when_fenced_ = {};
  }
  wake_readers();
}

void Journal::when_fenced(std::function<void()> act) {
  const runtime::MutexLock lock(fence_mutex_);
  if (act && fenced()) {
    act();
    return;
  }
  when_fenced_ = std::move(act);
}

void Journal::refresh_octets(std::uint64_t added) {
  added_since_refresh_ += added;
  if (added_since_refresh_ < kRefreshOctets) return;
  added_since_refresh_ = 0;
  octets_.store(store_.octets(), std::memory_order_relaxed);
}

void Journal::wake_readers() {
  std::vector<runtime::OneShot<bool>> waiting;
  {
    const runtime::MutexLock lock(readers_mutex_);
    waiting.swap(readers_);
  }
  committed_.notify_all();
  for (const auto& reader : waiting) reader.give(true);
}

bool Journal::wait_for_record(SequenceNumber seq, std::chrono::milliseconds wait) {
  const runtime::Instant until = runtime::wait_end(wait);
  const runtime::MutexLock lock(readers_mutex_);
  while (end_seq() <= seq && !fenced()) {
    if (!committed_.wait_until(readers_mutex_, until)) break;
  }
  return end_seq() > seq;
}

bool Journal::wait_for_work() {
  const runtime::MutexLock lock(mutex_);
  while (!stopping_ && queue_.empty()) arrived_.wait(mutex_);
  return !queue_.empty();
}

void Journal::stop_waiting() {
  {
    const runtime::MutexLock lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
}

std::unique_ptr<EventStream> Journal::stream(schemas::LogOffset from) {
  return std::make_unique<JournalStream>(*this, from);
}

void Journal::note() {
  const SequenceNumber end = end_seq();
  const SequenceNumber sent = sent_.load(std::memory_order_acquire);
  const bool known = end == noted_end_ && sent == noted_sent_;
  // What a failed write has left is for the next start to find out.
  if (known || fenced()) return;
  const auto noted = store_.note(sent);
  if (noted) {
    noted_end_ = end;
    noted_sent_ = sent;
    note_failed_ = false;
  } else if (!std::exchange(note_failed_, true)) {
    runtime::log(runtime::Level::warn, "ingest",
                 "the journal's mark cannot be written: a lost end would not be noticed",
                 {{"error", noted.error().message()}});
  }
}

Result<void> Journal::begin_at(SequenceNumber seq, const std::vector<OpenDelivery>& open) {
  // If the process ends here, the next start finds the journal as it was, or empty.
  if (const auto begun = store_.begin_at(seq, open); !begun) return begun;
  // The mark of an empty journal knows by it alone where the numbers go on.
  sent_.store(seq, std::memory_order_release);
  durable_end_.store(seq, std::memory_order_release);
  octets_.store(store_.octets(), std::memory_order_relaxed);
  open_ = open.size();
  return {};
}

Result<void> Journal::trim(SequenceNumber seq) {
  const auto trimmed = store_.trim(seq);
  if (trimmed) octets_.store(store_.octets(), std::memory_order_relaxed);
  return trimmed;
}

}  // namespace waybill::ingest

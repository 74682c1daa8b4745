#include "stream/sink.h"

#include <algorithm>
#include <utility>

#include "runtime/log.h"
#include "schemas/ids.h"
#include "schemas/kind.h"

namespace waybill::stream {
namespace {

using runtime::Errc;
using runtime::Failure;
using runtime::MutexLock;

// How long a sink that has nothing to send waits for an event, before it looks whether there is
// something else to do.
constexpr std::chrono::seconds kIdle{1};
// What a receiver that is busy with what it was sent is asked again after.
constexpr std::chrono::milliseconds kConfirmAgain{100};

// Of a record as the transport's bounds count it: frames and JSON around it stand beside.
constexpr std::size_t kAroundRecord = 128;

}  // namespace

std::string_view word(SinkState state) {
  switch (state) {
    case SinkState::starting: return "starting";
    case SinkState::running: return "running";
    case SinkState::waiting: return "waiting";
    case SinkState::stuck: return "stuck";
  }
  return {};
}

Sink::Sink(std::string name, Filter filter, SinkParts parts, SinkTimes times)
    : name_(std::move(name)),
      filter_(std::move(filter)),
      parts_(parts),
      times_(times),
      chunk_(parts.transport->bounds().records) {
  tell([&](SinkStatus& status) { status.grade = parts_.transport->grade(); });
}

template <class Change>
void Sink::tell(Change change) {
  const MutexLock lock(mutex_);
  change(status_);
}

SinkStatus Sink::status() const {
  SinkStatus out;
  {
    const MutexLock lock(mutex_);
    out = status_;
  }
  out.behind = parts_.source->behind();
  return out;
}

bool Sink::cancelled() const {
  const MutexLock lock(mutex_);
  return cancelled_;
}

void Sink::cancel() noexcept {
  {
    const MutexLock lock(mutex_);
    cancelled_ = true;
  }
  woken_.notify_all();
  parts_.transport->cancel();
  parts_.source->cancel();
}

runtime::Instant Sink::deadline(runtime::Duration patience) const {
  return parts_.clock->now() + patience;
}

void Sink::run() {
  while (!cancelled()) {
    if (records_.empty() && unmade_.empty()) {
      end_batch();
      fill();
    }
    if (!unmade_.empty() && !park(std::exchange(unmade_, {}))) {
      begin_again();
    } else if (!records_.empty()) {
      send_some();
    }
  }
}

void Sink::fill() {
  if (open_ == 0 && take_retries()) return;
  const runtime::Duration wait = open_ == 0 ? runtime::Duration(kIdle) : kConfirmAgain;
  auto events = parts_.source->next(parts_.transport->bounds().records, deadline(wait));
  if (!is_well(events ? runtime::Explained<void>() : events.error())) return;
  for (SourcedEvent& event : *events) take(std::move(event));
}

bool Sink::is_well(const runtime::Explained<void>& done) {
  if (done) {
    if (std::exchange(held_by_source_, false)) go_on();
    return true;
  }
  held_by_source_ = true;
  // Of another log, or damaged: that does not pass by itself.
  const bool is_stuck = done.error() == Errc::invalid || done.error() == Errc::limit_exceeded;
  hold_up(is_stuck ? SinkState::stuck : SinkState::waiting, done.error());
  return false;
}

// Dead letters that somebody wants sent again, before what is new: they are older.
bool Sink::take_retries() {
  const auto spots = parts_.dead_letters->to_retry();
  if (!spots) {
    (void)is_well(spots.error());
    return false;
  }
  if (spots->empty()) return false;
  retrying_ = true;
  for (const EventSpot& spot : *spots) {
    auto event = parts_.source->at(spot);
    if (event) {
      take(std::move(*event));
    } else {
      unmade_.push_back({.at = spot, .why = event.error().why});
    }
  }
  return true;
}

void Sink::take(SourcedEvent sourced) {
  if (!filter_.passes(sourced.event)) {
    return tell([](SinkStatus& status) { ++status.left_out; });
  }
  auto record = parts_.mapping->map(sourced.event);
  if (record) {
    records_.push_back(std::move(*record));
    spots_.push_back(sourced.at);
    return;
  }
  DeadLetter letter{.at = sourced.at, .why = record.error().why};
  letter.kind = schemas::kind_of(sourced.event);
  const std::string& id = sourced.event.event_id();
  if (id.size() == schemas::MessageId::kOctets) letter.event_id = schemas::uuid_text(id);
  unmade_.push_back(std::move(letter));
}

std::size_t Sink::next_chunk() const {
  const BatchBounds bounds = parts_.transport->bounds();
  const std::size_t most = std::min({chunk_, bounds.records, records_.size()});
  std::size_t octets = 0;
  std::size_t count = 0;
  while (count < most) {
    octets += records_[count].body.size() + kAroundRecord;
    if (count > 0 && octets > bounds.octets) break;
    ++count;
  }
  return count;
}

void Sink::send_some() {
  const std::size_t count = next_chunk();
  Outcome outcome =
      parts_.transport->send(std::span(records_).first(count), deadline(times_.patience));
  if (outcome.records.size() == count) return learn(count, std::move(outcome));
  hold_up(SinkState::stuck, {Errc::io_error, "the transport spoke of other records than it had"});
}

// What became of the first `count` records.
void Sink::learn(std::size_t count, Outcome outcome) {
  const std::string first = records_.front().id;
  const std::string last = records_[count - 1].id;
  std::vector<DeadLetter> dead;
  std::size_t left = 0;
  SinkStatus done;
  const auto refuse = [&](std::size_t i, std::string why) {
    dead.push_back({spots_[i], records_[i].id, std::string(records_[i].kind), std::move(why),
                    records_[i].body});
  };
  // The batch was refused for something in it, and has but one: that is it.
  const bool is_alone = outcome.trouble == Trouble::batch && count == 1;
  if (is_alone) refuse(0, outcome.why.why);
  for (std::size_t i = 0; i < count; ++i) {
    RecordOutcome& one = outcome.records[i];
    if (one.fate == Fate::refused) refuse(i, std::move(one.why));
  }
  const bool parked = dead.empty() || park(dead);
  for (std::size_t i = 0; i < count; ++i) {
    const Fate fate = is_alone ? Fate::refused : outcome.records[i].fate;
    done.confirmed += fate == Fate::confirmed || fate == Fate::repeat;
    done.repeats += fate == Fate::repeat;
    open_ += fate == Fate::open;
    if (fate != Fate::again && (fate != Fate::refused || parked)) continue;
    if (left != i) {
      records_[left] = std::move(records_[i]);
      spots_[left] = spots_[i];
    }
    ++left;
  }
  records_.erase(records_.begin() + static_cast<std::ptrdiff_t>(left),
                 records_.begin() + static_cast<std::ptrdiff_t>(count));
  spots_.erase(spots_.begin() + static_cast<std::ptrdiff_t>(left),
               spots_.begin() + static_cast<std::ptrdiff_t>(count));
  if (open_ > 0 && confirm_at_ == runtime::Instant{}) {
    confirm_at_ = deadline(times_.confirm_every);
  }
  if (outcome.unnamed_refusals > 0) warn_of_refusals(outcome, first, last);
  tell([&](SinkStatus& status) {
    status.confirmed += done.confirmed;
    status.repeats += done.repeats;
    status.unnamed_refusals += outcome.unnamed_refusals;
    if (done.confirmed > 0) status.confirmed_at = parts_.clock->wall();
  });
  // What was open when a send had trouble has to be sent again (transport.h).
  const bool is_lost = outcome.trouble == Trouble::weather || outcome.trouble == Trouble::setup;
  if (is_lost && open_ > 0) begin_again();
  if (!parked) return;
  if (outcome.trouble == Trouble::batch) {
    chunk_ = std::max<std::size_t>(1, count / 2);
    return;
  }
  if (outcome.trouble == Trouble::none && left < count) {
    chunk_ = std::min(2 * std::max<std::size_t>(chunk_, 1), parts_.transport->bounds().records);
    // What is only sent says nothing of the receiver yet.
    if (done.confirmed > 0) go_on();
    return;
  }
  // A way that is too slow for so many at once takes fewer.
  if (outcome.why == Errc::timeout) chunk_ = std::max<std::size_t>(1, count / 2);
  const bool is_setup = outcome.trouble == Trouble::setup;
  hold_up(is_setup ? SinkState::stuck : SinkState::waiting, outcome.why, outcome.retry_after);
}

void Sink::warn_of_refusals(const Outcome& outcome, const std::string& first,
                            const std::string& last) const {
  runtime::log(runtime::Level::warn, "sink",
               "records are refused, and it is not said which: they are not sent again",
               {{"sink", name_},
                {"refused", std::uint64_t{outcome.unnamed_refusals}},
                {"of", std::uint64_t{outcome.records.size()}},
                {"first", first},
                {"last", last},
                {"why", outcome.why.why}});
}

bool Sink::park(const std::vector<DeadLetter>& letters) {
  const auto parked = parts_.dead_letters->add(letters);
  if (!parked) {
    const bool is_full = parked.error() == Errc::limit_exceeded;
    hold_up(is_full ? SinkState::stuck : SinkState::waiting, parked.error());
    return false;
  }
  for (const DeadLetter& letter : letters) {
    runtime::log(runtime::Level::warn, "sink", "a record is parked: the receiver will not take it",
                 {{"sink", name_}, {"event", letter.event_id}, {"why", letter.why}});
  }
  tell([&](SinkStatus& status) { status.dead += letters.size(); });
  return true;
}

// Says once what is wrong, and waits.
void Sink::hold_up(SinkState state, const Failure& why, std::optional<runtime::Duration> asked) {
  if (cancelled()) return;
  bool is_news = false;
  tell([&](SinkStatus& status) {
    is_news = status.state != state || status.why != why.why;
    if (status.state != state) status.since = parts_.clock->wall();
    status.state = state;
    status.why = why.why;
  });
  if (is_news) {
    const bool is_stuck = state == SinkState::stuck;
    runtime::log(is_stuck ? runtime::Level::error : runtime::Level::warn, "sink",
                 is_stuck ? "the sink is stuck: somebody has to mend this; nothing is lost"
                          : "the sink waits for its receiver; nothing is lost",
                 {{"sink", name_}, {"why", why.why}});
  }
  const runtime::Duration longest =
      state == SinkState::stuck ? times_.longest_setup_pause : times_.longest_pause;
  pause_ = std::clamp(2 * pause_, times_.first_pause, longest);
  const auto half = pause_ / 2;
  const auto by_chance = parts_.chance->below(static_cast<std::uint64_t>(half.count()) + 1);
  const auto own = half + runtime::Duration(static_cast<std::int64_t>(by_chance));
  pause(std::max(own, std::min(asked.value_or(own), times_.longest_asked_pause)));
}

void Sink::go_on() {
  pause_ = runtime::Duration(0);
  bool is_news = false;
  tell([&](SinkStatus& status) {
    is_news = status.state == SinkState::waiting || status.state == SinkState::stuck;
    if (status.state != SinkState::running) status.since = parts_.clock->wall();
    status.state = SinkState::running;
    status.why.clear();
  });
  if (is_news) {
    runtime::log(runtime::Level::info, "sink", "the receiver takes records again",
                 {{"sink", name_}});
  }
}

// From the cursor on: what was open may have been lost.
void Sink::begin_again() {
  records_.clear();
  spots_.clear();
  unmade_.clear();
  open_ = 0;
  confirm_at_ = {};
  retrying_ = false;
  parts_.source->rewind();
}

// All that was read is sent.
void Sink::end_batch() {
  const bool is_due = open_ >= kMostOpen || parts_.clock->now() >= confirm_at_;
  if (open_ > 0 && (!is_due || !confirm())) return;
  if (std::exchange(retrying_, false)) {
    (void)is_well(parts_.dead_letters->retried());
    return;
  }
  (void)is_well(parts_.source->settle());
}

// True: nothing is open any more.
bool Sink::confirm() {
  const runtime::Instant until = deadline(parts_.transport->confirm_patience());
  while (!cancelled()) {
    const auto all = parts_.transport->confirm(deadline(times_.patience));
    if (all && *all) {
      tell([&](SinkStatus& status) {
        status.confirmed += open_;
        status.confirmed_at = parts_.clock->wall();
      });
      open_ = 0;
      confirm_at_ = {};
      go_on();
      return true;
    }
    const bool is_late = parts_.clock->now() >= until;
    if (!all || is_late) {
      begin_again();
      const bool is_setup = !all && all.error() == Errc::refused;
      hold_up(is_setup ? SinkState::stuck : SinkState::waiting,
              all ? Failure{Errc::timeout, "the receiver does not say that it has read all"}
                  : all.error());
      return false;
    }
    pause(kConfirmAgain);
  }
  return false;
}

void Sink::pause(runtime::Duration pause) {
  const runtime::Instant until = runtime::wait_end(pause);
  const MutexLock lock(mutex_);
  while (!cancelled_) {
    if (!woken_.wait_until(mutex_, until)) return;
  }
}

}  // namespace waybill::stream

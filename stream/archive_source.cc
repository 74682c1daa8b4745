#include "stream/archive_source.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>

#include "runtime/hex.h"
#include "runtime/log.h"

namespace waybill::stream {
namespace {

using projector::ArchiveHole;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using schemas::EventIndex;

// Octets of one read of the archive.
constexpr std::size_t kReadOctets = 4 << 20;
// What a crash has a sink send again, at most, of what it had settled.
constexpr std::chrono::seconds kWriteEvery{1};

}  // namespace

ArchiveSource::ArchiveSource(std::vector<ArchivePartition> partitions, std::string path,
                             Cursor places, runtime::Clock& clock)
    : partitions_(std::move(partitions)),
      path_(std::move(path)),
      clock_(clock),
      given_(std::move(places)),
      settled_(given_) {}

Explained<std::unique_ptr<ArchiveSource>> ArchiveSource::open(
    std::vector<ArchivePartition> partitions, std::string path, Begin begin,
    runtime::Clock& clock) {
  auto known = read_cursor_file(path);
  if (!known) return known.error();
  Cursor places = known->value_or(Cursor());
  for (const ArchivePartition& one : partitions) {
    // What is in the log and not in the archive yet is on record, too.
    const EventIndex end = one.end->index() + (one.lag ? one.lag().value_or(0) : 0);
    places.try_emplace(one.number,
                       CursorPlace{.next = begin == Begin::start ? EventIndex(0) : end});
  }
  std::unique_ptr<ArchiveSource> out(
      new ArchiveSource(std::move(partitions), std::move(path), std::move(places), clock));
  // A new one's beginning is its beginning after a crash too.
  if (auto written = out->write(out->settled()); !written) return written.error();
  return out;
}

Explained<void> ArchiveSource::check(const ArchivePartition& partition) {
  const CursorPlace& place = given_.at(partition.number);
  if (place.next > partition.end->index()) {
    return Failure{Errc::temporary,
                   path_ +
                       " is ahead of the views: they are being folded anew, or are of another "
                       "log. Without the file the sink begins as a new one does"};
  }
  if (checked_.contains(partition.number)) return {};
  if (place.next > EventIndex(0) && !place.after.empty()) {
    const auto record = partition.archive->at(place.next - 1);
    schemas::Event before;
    // What cannot be read is lost, and said where it is passed over.
    if (record && record->read(before) && runtime::hex(before.event_id()) != place.after) {
      return Failure{Errc::invalid,
                     path_ +
                         " is of another log: what this one has where the sink was is not "
                         "what it was told there. Without the file the sink begins as a new "
                         "one does"};
    }
  }
  checked_.insert(partition.number);
  return {};
}

Explained<EventIndex> ArchiveSource::pass_holes(const ArchivePartition& partition, EventIndex end) {
  const auto known = holes_.find(partition.number);
  if (known == holes_.end()) {
    auto read = partition.archive->holes();
    if (!read) return runtime::explain(read.error(), "the archive's list of holes");
    holes_[partition.number] = std::move(*read);
  }
  EventIndex& at = given_[partition.number].next;
  for (const ArchiveHole& hole : holes_[partition.number]) {
    if (hole.has(at)) {
      runtime::log(runtime::Level::warn, "sink", "events are lost, and no sink is told of them",
                   {{"partition", std::uint64_t{partition.number}},
                    {"from", at.value()},
                    {"to", hole.to.value()}});
      at = hole.to;
    } else if (at < hole.from) {
      end = std::min(end, hole.from);
    }
  }
  return end;
}

Explained<void> ArchiveSource::read(const ArchivePartition& partition, std::size_t most,
                                    std::vector<SourcedEvent>& out) {
  const auto end = pass_holes(partition, partition.end->index());
  if (!end) return end.error();
  CursorPlace& place = given_[partition.number];
  EventIndex& at = place.next;
  if (at >= *end) return {};
  const auto records = partition.archive->read(at, *end, {.events = most, .octets = kReadOctets});
  if (!records) {
    // A hole may have been found since these were looked at.
    holes_.erase(partition.number);
    return runtime::explain(records.error(), "the archive of the views");
  }
  std::string last;
  for (const projector::ArchivedRecord& record : *records) {
    const EventSpot spot{partition.number, at++};
    schemas::Event event;
    // A record of the log that is no event was counted when it was folded, and is in no history.
    if (!record.read(event)) continue;
    last = event.event_id();
    out.push_back({spot, std::move(event)});
  }
  if (!last.empty()) place.after = runtime::hex(last);
  return {};
}

Explained<std::vector<SourcedEvent>> ArchiveSource::next(std::size_t most, runtime::Instant until) {
  for (const ArchivePartition& one : partitions_) {
    if (auto fits = check(one); !fits) return fits.error();
  }
  std::vector<SourcedEvent> out;
  const auto read_all = [&]() -> Explained<void> {
    // Partitions take turns, so that a busy one hides no other.
    for (std::size_t i = 0; i < partitions_.size() && out.empty(); ++i) {
      auto done = read(partitions_[turn_++ % partitions_.size()], most, out);
      if (!done) return done;
    }
    return {};
  };
  if (auto done = read_all(); !done) return done.error();
  if (!out.empty()) return out;
  if (const Cursor told = settled(); told != written_ && told == given_) {
    if (auto written = write(told); !written) return written.error();
  }
  wait(until);
  if (auto done = read_all(); !done) return done.error();
  return out;
}

void ArchiveSource::wait(runtime::Instant until) {
  std::vector<projector::ReadTo> read;
  for (const ArchivePartition& one : partitions_) {
    read.push_back({one.end, given_.at(one.number).next});
  }
  context_.restart();
  // The word that ends the wait comes from another thread.
  auto work = boost::asio::make_work_guard(context_);
  boost::asio::co_spawn(context_, wait_.beyond_any(std::move(read), until),
                        [&work](const std::exception_ptr&, bool) { work.reset(); });
  context_.run();
}

Explained<SourcedEvent> ArchiveSource::at(const EventSpot& spot) {
  for (const ArchivePartition& one : partitions_) {
    if (one.number != spot.partition) continue;
    const auto record = one.archive->at(spot.index);
    if (!record) return runtime::explain(record.error(), "the archive of the views");
    SourcedEvent out{spot, {}};
    if (record->read(out.event)) return out;
  }
  return Failure{Errc::not_found, "the log has no such event"};
}

Explained<void> ArchiveSource::settle() {
  {
    const runtime::MutexLock lock(mutex_);
    settled_ = given_;
  }
  if (clock_.now() < write_at_) return {};
  return write(given_);
}

void ArchiveSource::rewind() { given_ = settled(); }

Cursor ArchiveSource::settled() const {
  const runtime::MutexLock lock(mutex_);
  return settled_;
}

Explained<void> ArchiveSource::write(const Cursor& settled) {
  write_at_ = clock_.now() + kWriteEvery;
  if (settled == written_) return {};
  auto written = write_cursor_file(path_, settled);
  if (written) written_ = settled;
  return written;
}

std::uint64_t ArchiveSource::behind() const {
  const Cursor settled = this->settled();
  std::uint64_t out = 0;
  for (const ArchivePartition& one : partitions_) {
    const EventIndex end = one.end->index();
    const EventIndex at = settled.at(one.number).next;
    if (at < end) out += end - at;
    if (one.lag) out += one.lag().value_or(0);
  }
  return out;
}

}  // namespace waybill::stream

#include "query/exports/exporter.h"

#include <algorithm>

namespace waybill::query::exports {
namespace {

using runtime::Errc;
using runtime::Result;
using schemas::EventIndex;

// What one piece has at least, if there is so much: large enough to be packed well by itself.
constexpr std::size_t kPieceOctets = 1 << 20;
// Events that one next() looks at where none is wanted: a job is paused or ended within moments.
constexpr std::uint64_t kMostLookedAt = 20'000;
constexpr projector::ArchiveBounds kReadBounds{.events = 1'000, .octets = 1 << 20};

}  // namespace

Exporter::Exporter(std::vector<Partition> partitions, Order order)
    : partitions_(std::move(partitions)), order_(std::move(order)), writing_(order_.format) {
  for (const EventIndex until : order_.until) of_ += until.value();
}

Result<std::optional<std::string>> Exporter::next() {
  if (done_) return std::optional<std::string>();
  std::string out;
  out.reserve(kPieceOctets + kPieceOctets / 16);
  if (!std::exchange(begun_, true)) writing_.begin(out);
  const std::uint64_t stop = looked_at_ + kMostLookedAt;
  while (out.size() < kPieceOctets && looked_at_ < stop) {
    if (at_ == partitions_.size()) {
      done_ = true;
      writing_.end(out);
      break;
    }
    const auto read = read_some(out);
    // What was written stays written.
    if (!read && !out.empty() && read.error() == Errc::temporary) break;
    if (!read) return read.error();
  }
  return std::optional(std::move(out));
}

// Behind events that are lost, which the reader is told.
Result<EventIndex> Exporter::skip_hole(const Partition& partition, std::string& out) {
  if (!holes_) {
    auto known = partition.archive->holes();
    if (!known) return known.error();
    holes_ = std::move(*known);
  }
  const EventIndex until = order_.until[at_];
  EventIndex stop = until;
  for (const projector::ArchiveHole& hole : *holes_) {
    if (hole.has(index_)) {
      const EventIndex to = std::min(hole.to, until);
      looked_at_ += to - index_;
      writing_.gap(partition.number, std::exchange(index_, to), to, out);
    } else if (index_ < hole.from) {
      stop = std::min(stop, hole.from);
    }
  }
  return stop;
}

Result<void> Exporter::read_some(std::string& out) {
  const Partition& partition = partitions_[at_];
  const EventIndex until = order_.until[at_];
  const auto stop = skip_hole(partition, out);
  if (!stop) return stop.error();
  if (index_ >= until) {
    ++at_;
    index_ = {};
    holes_.reset();
    return {};
  }
  const EventIndex there = std::min(*stop, partition.end());
  if (index_ >= there) return make_error_code(Errc::temporary);
  const auto records = partition.archive->read(index_, there, kReadBounds);
  if (!records) return records.error();
  for (const projector::ArchivedRecord& record : *records) {
    const EventIndex index = index_++;
    ++looked_at_;
    schemas::Event event;
    // A record of the log that is no event was counted when it was folded, and is in no history.
    if (!record.read(event) || !order_.wants(event)) continue;
    writing_.event(event, partition.number, index, out);
  }
  return {};
}

}  // namespace waybill::query::exports

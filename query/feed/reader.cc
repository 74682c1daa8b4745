#include "query/feed/reader.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "schemas/event_text.h"

namespace waybill::query::feed {
namespace {

namespace json = boost::json;
using projector::ArchiveHole;
using runtime::Errc;
using runtime::Instant;
using runtime::Result;
using schemas::EventIndex;

// What one piece has at least before it is sent, if there is so much: a chunk.
constexpr std::size_t kPieceOctets = 64 << 10;
// Read at one time of one partition; a piece may have some times as much JSON.
constexpr projector::ArchiveBounds kBounds{.events = 200, .octets = 64 << 10};
// Events that one pull() looks at where the filter wants none of them: a worker's time is bounded.
constexpr std::size_t kMostLookedAt = 5'000;
// For what a long poll finds behind its time: a filter may want little of a long log.
constexpr std::chrono::seconds kPollGrace{10};
// When a client of SSE comes again after its connection broke.
constexpr std::string_view kRetry = "retry: 2000\n\n";

std::string text_of(const schemas::Event& event, std::uint32_t partition, EventIndex index) {
  std::string out;
  schemas::append_json(out, event, schemas::EventPlace{partition, index});
  return out;
}

std::string gap_of(std::uint32_t partition, EventIndex from, EventIndex to) {
  json::object out;
  out["partition"] = partition;
  out["from"] = from.value();
  out["to"] = to.value();
  return json::serialize(out);
}

}  // namespace

Reader::Reader(std::vector<Partition> partitions, Wish wish, runtime::Clock& clock)
    : partitions_(std::move(partitions)),
      wish_(std::move(wish)),
      clock_(clock),
      ends_(clock.now() + wish_.wait.value_or(kLongest)),
      place_(wish_.from),
      sign_at_(clock.now() + kSignEvery),
      holes_(partitions_.size()) {}

bool Reader::behind() const {
  return std::any_of(partitions_.begin(), partitions_.end(), [this](const Partition& one) {
    return place_[one.number] < one.end->index();
  });
}

// A long poll ends where it has what it came for, or has waited for it long enough; what is there
// already it is given all the same, within kPollGrace.
bool Reader::is_over() const {
  if (wish_.reader == nullptr) return false;
  const auto& until = wish_.reader->until;
  return wish_.reader->is_over() || (until && *until <= clock_.wall());
}

bool Reader::time_is_up() const {
  const Instant now = clock_.now();
  if (!wish_.wait) return now >= ends_;
  return ((given_ > 0 || now >= ends_) && !behind()) || now >= ends_ + kPollGrace;
}

bool Reader::ready() {
  return done_ || is_over() || !begun_ || behind() || clock_.now() >= sign_at_ || time_is_up();
}

runtime::Task<void> Reader::wait(Instant until) {
  std::vector<projector::ReadTo> read;
  for (const Partition& one : partitions_) read.push_back({one.end, place_[one.number]});
  const Instant by = runtime::sooner(until, runtime::sooner(sign_at_, ends_));
  co_await news_.beyond_any(std::move(read), by);
}

// Partitions take turns, so that a busy one hides no other.
const Partition* Reader::next_behind() {
  for (std::size_t i = 0; i < partitions_.size(); ++i) {
    const Partition& one = partitions_[turn_++ % partitions_.size()];
    if (place_[one.number] < one.end->index()) return &one;
  }
  return nullptr;
}

http::Piece Reader::pull() {
  if (done_) return std::optional<std::string>();
  if (is_over()) return make_error_code(Errc::refused);
  std::string out;
  looked_at_ = 0;
  if (!std::exchange(begun_, true)) {
    if (wish_.form == Form::sse) out += kRetry;
    // So that it has a cursor before there is an event.
    if (!wish_.wait) sign(out);
  }
  while (!done_ && out.size() < kPieceOctets && looked_at_ < kMostLookedAt) {
    const Partition* const one = next_behind();
    if (one == nullptr) break;
    const auto read = read_from(*one, out);
    if (!read) return read.error();
  }
  if (!done_ && time_is_up()) {
    done_ = true;
    sign(out);
  }
  const Instant now = clock_.now();
  if (out.empty() && now >= sign_at_) sign(out);
  if (!out.empty()) sign_at_ = now + kSignEvery;
  return std::optional(std::move(out));
}

// Behind events that are lost, which the reader is told.
Result<EventIndex> Reader::skip_hole(const Partition& partition, std::string& out) {
  auto& holes = holes_[partition.number];
  if (!holes) {
    auto known = partition.archive->holes();
    if (!known) return known.error();
    holes = std::move(*known);
  }
  EventIndex& at = place_[partition.number];
  EventIndex stop = partition.end->index();
  for (const ArchiveHole& hole : *holes) {
    if (hole.has(at)) {
      const EventIndex from = std::exchange(at, hole.to);
      say("gap", "gap", gap_of(partition.number, from, hole.to), out);
    } else if (at < hole.from) {
      stop = std::min(stop, hole.from);
    }
  }
  return stop;
}

Result<void> Reader::read_from(const Partition& partition, std::string& out) {
  const auto stop = skip_hole(partition, out);
  if (!stop) return stop.error();
  if (place_[partition.number] >= *stop) return {};
  const auto records = partition.archive->read(place_[partition.number], *stop, kBounds);
  if (!records) return records.error();
  for (const projector::ArchivedRecord& record : *records) {
    take(partition, record, out);
    if (done_ || out.size() >= kPieceOctets) break;
  }
  return {};
}

void Reader::take(const Partition& partition, const projector::ArchivedRecord& record,
                  std::string& out) {
  const EventIndex index = place_[partition.number]++;
  ++looked_at_;
  schemas::Event event;
  // A record of the log that is no event was counted when it was folded, and is in no history.
  if (!record.read(event) || is_of_feed(event) || !wish_.filter.wants(event)) return;
  say(schemas::kind_of(event), "event", text_of(event, partition.number, index), out);
  done_ = ++given_ == wish_.limit;
}

// `json` under the name `member`, and where the reader goes on behind it.
void Reader::say(std::string_view kind, std::string_view member, std::string_view json,
                 std::string& out) const {
  const std::string cursor = to_cursor(place_);
  if (wish_.form == Form::sse) {
    out.append("id: ").append(cursor).append("\nevent: ").append(kind);
    out.append("\ndata: ").append(json).append("\n\n");
  } else {
    out.append("{\"cursor\":\"").append(cursor).append("\",\"").append(member);
    out.append("\":").append(json).append("}\n");
  }
}

// How far the feed is for this reader.
void Reader::sign(std::string& out) {
  json::object progress;
  std::uint64_t unread = 0;
  std::optional<std::uint64_t> lag = 0;
  for (const Partition& one : partitions_) {
    const EventIndex end = one.end->index();
    if (place_[one.number] < end) unread += end - place_[one.number];
    const auto of_one = one.lag();
    lag = lag && of_one ? std::optional(*lag + *of_one) : std::nullopt;
  }
  progress["time"] = schemas::rfc3339(clock_.wall());
  progress["unread"] = unread;
  if (lag) progress["lag"] = *lag;
  say("progress", "progress", json::serialize(progress), out);
}

}  // namespace waybill::query::feed

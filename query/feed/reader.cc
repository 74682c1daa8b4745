#include "query/feed/reader.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace waybill::query::feed {
namespace {

namespace json = boost::json;
using runtime::Errc;
using runtime::Instant;
using runtime::Result;
using schemas::EventIndex;

// Events that one pull() looks at where the filter wants none of them: a worker's time is bounded.
constexpr std::size_t kMostLookedAt = 5'000;
// For what a long poll finds behind its time: a filter may want little of a long log.
constexpr std::chrono::seconds kPollGrace{10};
// When a client of SSE comes again after its connection broke.
constexpr std::string_view kRetry = "retry: 2000\n\n";

std::vector<LocalReading> readings_of(const std::vector<Partition>& partitions) {
  std::vector<LocalReading> out;
  for (const Partition& one : partitions) out.emplace_back(one.number, one.archive);
  return out;
}

}  // namespace

Reader::Reader(std::vector<Partition> partitions, Wish wish, runtime::Clock& clock,
               Elsewhere elsewhere)
    : partitions_(std::move(partitions)),
      wish_(std::move(wish)),
      clock_(clock),
      elsewhere_(std::move(elsewhere)),
      ends_(clock.now() + wish_.wait.value_or(kLongest)),
      place_(wish_.from),
      sign_at_(clock.now() + kSignEvery),
      held_until_(partitions_.size()),
      here_(readings_of(partitions_)) {}

bool Reader::is_behind(const Partition& partition) const {
  return place_[partition.number] < partition.end->index() && !is_held(partition);
}

bool Reader::is_held(const Partition& partition) const {
  return clock_.now() < held_until_[partition.number];
}

bool Reader::behind() const {
  return std::any_of(partitions_.begin(), partitions_.end(),
                     [this](const Partition& one) { return is_behind(one); });
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

bool Reader::reach_changed() const {
  return elsewhere_.ends != nullptr && elsewhere_.ends->changes() != reach_;
}

bool Reader::ready() {
  if (elsewhere_.ends != nullptr) elsewhere_.ends->want();
  return done_ || is_over() || !begun_ || behind() || reach_changed() || clock_.now() >= sign_at_ ||
         time_is_up();
}

// What is here and what is elsewhere take turns.
bool Reader::asks_others() {
  bool here = false;
  bool there = false;
  for (const Partition& one : partitions_) {
    if (is_behind(one)) (one.archive != nullptr ? here : there) = true;
  }
  asks_ = begun_ && there && (!here || !asked_);
  return asks_;
}

runtime::Task<void> Reader::wait(Instant until) {
  std::vector<projector::ReadTo> read;
  if (elsewhere_.ends != nullptr) {
    read.push_back({&elsewhere_.ends->changed(), schemas::EventIndex(reach_)});
  }
  Instant by = runtime::sooner(until, runtime::sooner(sign_at_, ends_));
  for (const Partition& one : partitions_) {
    if (is_held(one)) {
      by = runtime::sooner(by, held_until_[one.number]);
    } else {
      read.push_back({one.end, place_[one.number]});
    }
  }
  co_await news_.beyond_any(std::move(read), by);
}

// Partitions take turns, so that a busy one hides no other.
const Partition* Reader::next_behind() {
  for (std::size_t i = 0; i < partitions_.size(); ++i) {
    const Partition& one = partitions_[turn_++ % partitions_.size()];
    if (one.archive != nullptr && is_behind(one)) return &one;
  }
  return nullptr;
}

// Where the end of a partition is seen for the first time.
void Reader::begin_at_ends() {
  for (const Partition& one : partitions_) {
    if (place_[one.number] != kAtEnd) continue;
    const PeerEnds::State state = elsewhere_.ends->state(one.number);
    if (state.in_reach) place_[one.number] = state.end;
  }
}

http::Piece Reader::pull() {
  if (done_) return std::optional<std::string>();
  if (is_over()) return make_error_code(Errc::refused);
  std::string out;
  const bool begins = !std::exchange(begun_, true);
  if (begins && wish_.form == Form::sse) out += kRetry;
  const bool changed = reach_changed();
  if (changed) {
    reach_ = elsewhere_.ends->changes();
    begin_at_ends();
  }
  // First of all, so that it has a cursor before there is an event; then where partitions went out
  // of reach or are back in it.
  if (begins ? !wish_.wait : changed) sign(out);
  asked_ = std::exchange(asks_, false);
  if (asked_) {
    ask_owners(out);
  } else if (const auto read = read_here(out); !read) {
    return read.error();
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

Result<void> Reader::read_here(std::string& out) {
  std::size_t looked_at = 0;
  const Tell tell_it = [this, &out](const Line& line) { return tell(line, out); };
  while (!done_ && out.size() < kPieceOctets && looked_at < kMostLookedAt) {
    const Partition* const one = next_behind();
    if (one == nullptr) break;
    const auto looked =
        here_[one->number].read(place_[one->number], one->end->index(), wish_.filter, tell_it);
    if (!looked) return looked.error();
    looked_at += *looked;
  }
  return {};
}

// Of those that are in reach and have something; where they are many, each in its turn.
ShareQuestion Reader::next_question() {
  ShareQuestion out;
  for (std::size_t i = 0; i < partitions_.size() && out.places.size() < kMostAsked; ++i) {
    const Partition& one = partitions_[turn_of_others_++ % partitions_.size()];
    if (one.archive != nullptr || !is_behind(one)) continue;
    out.places.push_back(
        {{one.number, place_[one.number]}, elsewhere_.ends->state(one.number).owner});
  }
  std::sort(out.places.begin(), out.places.end(),
            [](const auto& a, const auto& b) { return a.at.partition < b.at.partition; });
  if (wish_.limit) out.limit = *wish_.limit - given_;
  out.octets = kPieceOctets / std::max<std::size_t>(out.places.size(), 1);
  return out;
}

void Reader::ask_owners(std::string& out) {
  const ShareQuestion question = next_question();
  if (question.places.empty()) return;
  const std::vector<Share> shares = elsewhere_.ask(question);
  for (const ShareQuestion::Place& asked : question.places) {
    const auto share = std::find_if(shares.begin(), shares.end(), [&](const Share& one) {
      return one.partition == asked.at.partition;
    });
    if (share == shares.end()) {
      elsewhere_.ends->lost(asked.at.partition);
    } else if (share->is_refused) {
      hold(asked.at.partition, out);
    } else if (share->next > asked.at.index) {
      take(*share, out);
    } else if (share->end > asked.at.index) {
      // It has more and does not give it: that is no owner.
      elsewhere_.ends->lost(asked.at.partition);
    } else {
      // Another owner than the one that told its end, which is behind that one.
      elsewhere_.ends->learned(share->partition, share->end, share->lag, asked.first);
    }
  }
}

// For this reader alone: others may ask less.
void Reader::hold(std::uint32_t partition, std::string& out) {
  const bool is_news = held_until_[partition] == Instant{};
  held_until_[partition] = clock_.now() + kRefusedRetry;
  if (is_news) sign(out);
}

void Reader::take(const Share& share, std::string& out) {
  held_until_[share.partition] = Instant{};
  for (const ShareLine& line : share.lines) {
    if (done_) return;
    place_[share.partition] = line.next;
    tell({line.kind, line.is_event ? "event" : "gap", line.json, line.next}, out);
  }
  if (!done_) place_[share.partition] = share.next;
}

// The place is behind it by now.
bool Reader::tell(const Line& line, std::string& out) {
  say(line.kind, line.member, line.json, out);
  if (line.is_event()) done_ = ++given_ == wish_.limit;
  return !done_ && out.size() < kPieceOctets;
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
  auto missing =
      elsewhere_.ends == nullptr ? std::vector<std::uint32_t>() : elsewhere_.ends->missing();
  for (const Partition& one : partitions_) {
    const auto place = std::lower_bound(missing.begin(), missing.end(), one.number);
    const bool is_there = place != missing.end() && *place == one.number;
    if (is_held(one) && !is_there) missing.insert(place, one.number);
  }
  if (!missing.empty()) progress["missing"] = json::array(missing.begin(), missing.end());
  say("progress", "progress", json::serialize(progress), out);
}

}  // namespace waybill::query::feed

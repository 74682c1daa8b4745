#include "query/merge.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace waybill::query {

using schemas::EventIndex;

namespace {

// Where the next page begins, after what is beyond the horizon, or more than may be told, was cut
// off. `horizon`: what is not before it may be missing an event that its partition has not read.
std::optional<MessagePlace> cut(std::vector<EventLine>& lines, std::size_t most_messages,
                                const std::optional<MessagePlace>& horizon) {
  std::size_t messages = 0;
  std::size_t octets = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const MessagePlace place = lines[i].place;
    if (i == 0 || place.message != lines[i - 1].place.message) ++messages;
    const bool beyond = horizon && !(place < *horizon);
    const bool full = i >= projector::kMaxEvents || octets >= projector::kMaxEventOctets ||
                      messages > most_messages;
    octets += lines[i].octets;
    if (!beyond && !full) continue;
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(i), lines.end());
    return beyond ? *horizon : place;
  }
  return horizon;
}

// Ids are ascending in time as well.
void sort_by_time(std::vector<EventLine>& lines) {
  std::stable_sort(lines.begin(), lines.end(), [](const EventLine& a, const EventLine& b) {
    return std::tie(b.place.message, a.time, a.event_id) <
           std::tie(a.place.message, b.time, b.event_id);
  });
}

template <class Line>
void append(std::vector<Line>& to, std::vector<Line>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

HistoryPart merge_histories(std::vector<HistoryPart> parts, std::size_t limit) {
  if (parts.size() == 1) return std::move(parts.front());
  HistoryPart out;
  // What comes behind it may be missing an entry that its partition has not read.
  std::optional<HistoryPlace> horizon;
  for (HistoryPart& part : parts) {
    append(out.lines, part.lines);
    if (part.next && (!horizon || *part.next > *horizon)) horizon = part.next;
  }
  std::sort(out.lines.begin(), out.lines.end(),
            [](const HistoryLine& a, const HistoryLine& b) { return a.place > b.place; });
  std::size_t count = 0;
  std::size_t octets = 0;
  bool full = false;
  for (const HistoryLine& line : out.lines) {
    if (horizon && line.place < *horizon) break;
    full = count >= limit || octets >= kMaxHistoryOctets;
    if (full) break;
    ++count;
    octets += line.octets;
  }
  // What was cut off, of whichever part, comes next; what a part has not read comes behind that.
  const bool cut = count < out.lines.size();
  out.lines.erase(out.lines.begin() + static_cast<std::ptrdiff_t>(count), out.lines.end());
  full = full || count >= limit;
  out.next = horizon;
  if (full && (cut || horizon)) out.next = out.lines.back().place;
  return out;
}

namespace {

// A part, and how many of its lines are taken.
struct Taking {
  EventsPart part;
  std::size_t taken = 0;

  bool is_empty() const { return taken == part.lines.size(); }
  HistoryLine& next() { return part.lines[taken]; }
  // What was taken is left as it stood but for its text.
  void tell_places(EventsPlace& out) const {
    if (is_empty()) {
      for (const auto& [partition, place] : part.places) out[partition] = place;
      return;
    }
    for (const auto& [partition, place] : part.begun) {
      EventIndex& told = out.emplace(partition, place).first->second;
      told = std::min(told, place);
    }
    for (const HistoryLine& line : part.lines) {
      out.emplace(line.place.partition, EventIndex::last());
    }
    for (std::size_t i = 0; i < taken; ++i) {
      out[part.lines[i].place.partition] = part.lines[i].place.index;
    }
  }
};

// nullptr: none has more, or it is not known which one.
Taking* newest_of(std::vector<Taking>& all) {
  Taking* newest = nullptr;
  for (Taking& one : all) {
    if (one.is_empty() && goes_on(one.part.places)) return nullptr;
    if (one.is_empty()) continue;
    if (newest == nullptr || one.next().place > newest->next().place) newest = &one;
  }
  return newest;
}

}  // namespace

EventsPart merge_events(std::vector<EventsPart> parts, std::size_t limit,
                        const EventsPlace& before) {
  std::vector<Taking> all;
  for (EventsPart& part : parts) all.push_back({std::move(part)});
  EventsPart out;
  std::size_t octets = 0;
  while (out.lines.size() < limit && octets < kMaxHistoryOctets) {
    Taking* const newest = newest_of(all);
    if (newest == nullptr) break;
    octets += newest->next().octets;
    out.lines.push_back(std::move(newest->next()));
    ++newest->taken;
  }
  out.places = before;
  for (const Taking& one : all) one.tell_places(out.places);
  return out;
}

MessagesPart merge_messages(std::vector<MessagesPart> parts, std::size_t limit) {
  if (parts.size() == 1) return std::move(parts.front());
  MessagesPart out;
  std::optional<MessagePlace> horizon;
  for (MessagesPart& part : parts) {
    append(out.lines, part.lines);
    if (part.next && (!horizon || *part.next < *horizon)) horizon = part.next;
  }
  std::sort(out.lines.begin(), out.lines.end(),
            [](const EventLine& a, const EventLine& b) { return a.place < b.place; });
  out.next = cut(out.lines, limit, horizon);
  sort_by_time(out.lines);
  return out;
}

CountersPart merge_counters(std::vector<CountersPart> parts) {
  CountersPart sum;
  for (const CountersPart& part : parts) {
    for (const auto& [hour, counts] : part) {
      projector::Counts& of_hour = sum[hour];
      for (std::size_t i = 0; i < counts.size(); ++i) of_hour[i] += counts[i];
    }
  }
  return sum;
}

}  // namespace waybill::query

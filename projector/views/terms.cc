#include "projector/views/terms.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace waybill::projector {

using runtime::Result;
using schemas::Event;

namespace {

// Some 5 MiB of addresses; beyond it all are let go, and written once more as they are.
constexpr std::size_t kMostAliases = 50'000;

}  // namespace

struct Terms::Stretch {
  std::uint32_t number = 0;
  bool may_be_stored = false;  // some of it was folded by another process, or before a failure
  StretchTimes times{};
  bool times_changed = false;
  std::pmr::monotonic_buffer_resource memory{};  // of prefixes
  std::deque<Row> rows{};
  std::deque<EventSet> sets{};  // which stay where they are, as rows do
  boost::unordered_flat_map<std::string_view, Row*, std::hash<std::string_view>> by_prefix{};
  std::vector<Row*> changed{};
};

Terms::Terms() = default;
Terms::~Terms() = default;

Result<std::optional<std::string>> Terms::stored(std::string_view key, Rows& rows) const {
  std::optional<std::string> out;
  const auto scanned = rows.scan(Table::terms, key, std::string(key) + '\0',
                                 [&](std::string_view, std::string_view value) {
                                   out = std::string(value);
                                   return false;
                                 });
  if (!scanned) return scanned.error();
  return out;
}

// The times of all before it are those of the stretch before, or, where this process has folded
// none, of the newest one that is stored.
Result<Terms::Stretch*> Terms::stretch_of_event(std::uint32_t number, Rows& rows) {
  if (!stretches_.empty() && stretches_.back().number == number) return &stretches_.back();
  StretchTimes times;
  const bool first = stretches_.empty();
  if (!first) {
    times.greatest_so_far = stretches_.back().times.greatest_so_far;
  } else {
    key_ = kTimesPrefix;
    append_stretch(key_, number);
    Result<void> read;
    const auto scanned = rows.scan(Table::terms, key_, after_prefix(kTimesPrefix),
                                   [&](std::string_view key, std::string_view value) {
                                     const auto found = read_times(value);
                                     const auto place = read_term_key(key);
                                     if (!found || !place) {
                                       read = make_error_code(runtime::Errc::corrupt);
                                     } else if (place->stretch == number) {
                                       times = *found;
                                     } else {
                                       times.greatest_so_far = found->greatest_so_far;
                                     }
                                     return false;
                                   });
    if (!scanned) return scanned.error();
    if (!read) return read.error();
  }
  Stretch& added = stretches_.emplace_back();
  added.number = number;
  added.times = times;
  added.may_be_stored = first;
  return &added;
}

void Terms::add_to(Stretch& stretch, Row& row, std::uint32_t place) {
  if (row.events == nullptr) {
    if (row.only == place) return;
    row.events = &stretch.sets.emplace_back();
    row.events->add(row.only);
  }
  row.events->add(place);
}

Result<void> Terms::add(Stretch& stretch, std::string_view prefix, std::uint32_t place,
                        Rows& rows) {
  const auto found = stretch.by_prefix.find(prefix);
  Row* row = found == stretch.by_prefix.end() ? nullptr : found->second;
  if (row != nullptr) {
    add_to(stretch, *row, place);
  } else {
    row = &stretch.rows.emplace_back();
    auto* const kept = static_cast<char*>(stretch.memory.allocate(prefix.size(), alignof(char)));
    std::copy(prefix.begin(), prefix.end(), kept);
    row->prefix = {kept, prefix.size()};
    row->only = place;
    stretch.by_prefix.emplace(row->prefix, row);
    if (stretch.may_be_stored) {
      std::string key(prefix);
      append_stretch(key, stretch.number);
      const auto octets = stored(key, rows);
      if (!octets) return octets.error();
      if (*octets) {
        const auto events = EventSet::read(**octets);
        if (!events) return make_error_code(runtime::Errc::corrupt);
        row->events = &stretch.sets.emplace_back(*events);
        row->events->add(place);
      }
    }
  }
  if (!std::exchange(row->changed, true)) stretch.changed.push_back(row);
  return {};
}

void Terms::note_alias(const Event& event, Rows& rows) {
  if (!event.has_accepted() || event.alias().size() > kMaxTerm) return;
  if (aliases_.contains(event.alias())) return;
  const std::string text = text_of_alias(event.alias());
  if (text.empty() || text.find('\0') != text.npos) return;
  key_.clear();
  append_term_prefix(key_, TermOf::alias, text);
  append_stretch(key_, 0);
  rows.put(Table::terms, key_, {});
  aliases_.insert(event.alias());
}

Result<void> Terms::fold(const Event& event, ArchivePlace place, Rows& rows) {
  terms_.read(event);
  if (terms_.empty()) return {};
  const auto stretch = stretch_of_event(stretch_of(place.index), rows);
  if (!stretch) return stretch.error();
  StretchTimes& times = (*stretch)->times;
  times.least = std::min(times.least, event.occurred_at());
  times.greatest = std::max(times.greatest, event.occurred_at());
  times.greatest_so_far = std::max(times.greatest_so_far, times.greatest);
  (*stretch)->times_changed = true;
  Result<void> done;
  terms_.for_each([&](std::string_view prefix) {
    if (done) done = add(**stretch, prefix, place_in_stretch(place.index), rows);
  });
  if (done) note_alias(event, rows);
  return done;
}

void Terms::settle(Rows& rows) {
  for (Stretch& stretch : stretches_) {
    for (Row* const row : stretch.changed) {
      key_.assign(row->prefix);
      append_stretch(key_, stretch.number);
      octets_.clear();
      if (row->events != nullptr) {
        row->events->append_to(octets_);
      } else {
        append_one(octets_, row->only);
      }
      rows.put(Table::terms, key_, octets_);
      row->changed = false;
    }
    stretch.changed.clear();
    if (!std::exchange(stretch.times_changed, false)) continue;
    key_ = kTimesPrefix;
    append_stretch(key_, stretch.number);
    octets_.clear();
    append_times(octets_, stretch.times);
    rows.put(Table::terms, key_, octets_);
  }
}

void Terms::applied() {
  while (stretches_.size() > 1) stretches_.pop_front();
  if (aliases_.size() > kMostAliases) aliases_.clear();
}

void Terms::forget() {
  stretches_.clear();
  aliases_.clear();
}

}  // namespace waybill::projector

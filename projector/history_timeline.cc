// History::timeline(): one seek to the newest row asked for, one scan from there. Of a sender or a
// target the rows point into the archive, which is then read until the page is full.

#include <algorithm>

#include "projector/archive/archive.h"
#include "projector/history.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using runtime::Result;
using schemas::EventIndex;

constexpr std::uint64_t kLastTime = ~std::uint64_t{0};
// Events that a page reads at once: half a page, so that few are read for nothing at its end.
constexpr std::size_t kReadTogether = 25;

// Times before 1970 are in no event: they ask from the first row, or for none.
std::uint64_t since_1970(runtime::WallTime time) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(time.time_since_epoch().count(), 0));
}

struct Range {
  std::string from;
  std::string to;
};

// The keys that hold the answer, newest first; from >= to if there can be none.
Range range_of(const HistoryQuestion& question) {
  const TimelinePrefix prefix = timeline_prefix(question.role, question.address);
  Range range;
  // Index 0 is the last of its moment, and no key lies between it and one octet more.
  range.to =
      timeline_key(prefix, question.from ? since_1970(*question.from) : 0, EventIndex(0)) + '\0';
  if (question.to) {
    const std::uint64_t to = since_1970(*question.to);
    range.from = to == 0 ? range.to : timeline_key(prefix, to - 1, EventIndex::last());
  } else {
    range.from = timeline_key(prefix, kLastTime, EventIndex::last());
  }
  if (question.after) {
    const TimelineCursor& after = *question.after;
    range.from = std::max(
        range.from, timeline_key(prefix, schemas::nanoseconds(after.time), after.index) + '\0');
  }
  return range;
}

// Whether rows point at events that are not of the answer, so that a page reads more than it shows.
bool reads_others(const HistoryQuestion& question, const schemas::Sight& sight) {
  if (!sight.is_all()) return true;
  return has_spellings(question.role) && !(question.spellings == Spellings{});
}

// Gathers one page from rows in their order.
class PageReader {
 public:
  PageReader(const HistoryQuestion& question, const schemas::Sight& sight)
      : question_(question),
        sight_(sight),
        address_(address_in_role(question.role, question.address)),
        most_pointers_(reads_others(question, sight) ? std::max(question.limit, kMaxEventsRead)
                                                     : question.limit) {}

  // False once the page is settled.
  bool take(std::string_view key, std::string_view row) {
    if (rows_read_ >= kMaxRowsRead) return go_on_later();
    ++rows_read_;
    const auto place = timeline_place(key);
    if (!place) return fail(place.error());
    // An event of a newer writer's kind folds to nothing (view.h): so does the row that the newer
    // release made of it, after whose views this one is put back.
    const schemas::KindTraits* const kind = kind_of_row(row);
    const bool skipped = kind == nullptr ? !row.empty() : !is_wanted(kind->word);
    if (skipped) {
      last_read_ = *place;
      return true;
    }
    return question_.role == Role::alias ? take_line(*place, row) : take_pointer(*place, row);
  }

  // Reads what the rows have pointed at. Whether an event is of the address is seen in it alone: a
  // page may have fewer lines than it had room for, and go on.
  Result<void> look_up(const Archive& archive) {
    const Sought sought(address_, has_spellings(question_.role) ? question_.spellings : kExactly);
    page_.entries.reserve(std::min(pointers_.size(), question_.limit));
    for (std::size_t done = 0; done < pointers_.size();) {
      // Whether there is more is told of what is in sight: the rest is not there.
      if (is_full() && sight_.is_all()) {
        go_on_later();
        break;
      }
      std::vector<EventIndex> indexes;
      for (std::size_t i = done; i < pointers_.size() && indexes.size() < kReadTogether; ++i) {
        indexes.push_back(pointers_[i].index);
      }
      const auto records = archive.at(indexes);
      if (!records) return records.error();
      for (auto record = records->begin(); record != records->end(); ++record) {
        if (is_full() && sight_.is_all()) break;
        if (is_full()) {
          if (!record->read(event_)) return make_error_code(Errc::corrupt);
          ++done;
          if (!sight_.sees(event_)) continue;
          go_on_later();
          return {};
        }
        if (!take_event(pointers_[done++], *record, sought)) return make_error_code(Errc::corrupt);
      }
    }
    return {};
  }

  Result<Page> finish() {
    if (failed_) return failed_;
    return std::move(page_);
  }

 private:
  bool is_full() const {
    return page_.entries.size() >= question_.limit || octets_ >= kMaxPageOctets;
  }

  bool is_wanted(std::string_view kind) const {
    const auto& kinds = question_.kinds;
    return kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  }

  bool take_line(TimelinePlace place, std::string_view row) {
    auto entry = read_alias_row(place, row, kept_);
    if (!entry) return fail(entry.error());
    // Another address of the same hash, should there ever be one.
    if (entry->alias != address_) return true;
    if (is_full()) return go_on_later();
    last_read_ = place;
    if (page_.entries.empty()) page_.entries.reserve(question_.limit);
    page_.entries.push_back(std::move(*entry));
    octets_ += row.size();
    return true;
  }

  bool take_pointer(TimelinePlace place, std::string_view row) {
    if (row.empty()) return fail(make_error_code(Errc::corrupt));
    if (pointers_.size() >= most_pointers_) return go_on_later();
    last_read_ = place;
    pointers_.push_back(place);
    return true;
  }

  // False: it is none.
  bool take_event(const TimelinePlace& place, const ArchivedRecord& record, const Sought& sought) {
    if (!record.read(event_)) return false;
    last_read_ = place;
    if (!sight_.sees(event_)) return true;
    auto entry = timeline_entry(event_, place.index, question_.role, sought, kept_);
    if (!entry) return true;
    page_.entries.push_back(std::move(*entry));
    octets_ += record.row().size();
    return true;
  }

  bool go_on_later() {
    page_.next = {schemas::wall_time(last_read_.time), last_read_.index};
    return false;
  }

  bool fail(runtime::Error why) {
    failed_ = why;
    return false;
  }

  const HistoryQuestion& question_;
  const schemas::Sight& sight_;
  std::string_view address_;
  Page page_;
  const KeptTexts kept_ = keep_texts();
  const std::size_t most_pointers_;
  std::vector<TimelinePlace> pointers_;
  schemas::Event event_;  // kept for its memory
  TimelinePlace last_read_;
  std::size_t rows_read_ = 0;
  std::size_t octets_ = 0;
  runtime::Error failed_;
};

}  // namespace

Result<Page> History::timeline(const HistoryQuestion& question, const schemas::Sight& sight) const {
  if (question.limit < 1 || question.limit > kMaxPage) return make_error_code(Errc::invalid);
  // All rows of an alias are of its domain.
  if (question.role == Role::alias && !sight.sees_alias(question.address)) return Page();
  const Range range = range_of(question);
  PageReader page(question, sight);
  if (range.from >= range.to) return page.finish();
  const auto scanned =
      store_.scan(Table::timeline, range.from, range.to,
                  [&](std::string_view key, std::string_view row) { return page.take(key, row); });
  if (!scanned) return scanned.error();
  if (const auto looked_up = page.look_up(Archive(store_)); !looked_up) return looked_up.error();
  return page.finish();
}

}  // namespace waybill::projector

// History::timeline(): one seek to the newest row asked for, one scan from there.

#include <algorithm>

#include "projector/history.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using runtime::Result;
using schemas::EventIndex;

constexpr std::uint64_t kLastTime = ~std::uint64_t{0};

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
  const Prefix prefix = timeline_prefix(question.role, question.address);
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

const std::string& address_of(Role role, const TimelineEntry& entry) {
  static const std::string kNone;
  switch (role) {
    case Role::alias: return entry.alias;
    case Role::sender: return entry.sender ? *entry.sender : kNone;
    case Role::target: return entry.target;
  }
  return kNone;
}

// Gathers one page from rows in their order.
class PageReader {
 public:
  explicit PageReader(const HistoryQuestion& question)
      : question_(question), address_(address_in_role(question.role, question.address)) {}

  // False once the page is settled.
  bool take(std::string_view key, std::string_view row) {
    if (rows_read_ >= kMaxRowsRead) return go_on_later();
    ++rows_read_;
    // An event of a newer writer's kind folds to nothing (view.h): so does the row that the newer
    // release made of it, after whose views this one is put back.
    const schemas::KindTraits* const kind = kind_of_row(row);
    const bool skipped = kind == nullptr ? !row.empty() : !is_wanted(kind->word);
    if (skipped) {
      last_read_ = {schemas::wall_time(timeline_time(key)), timeline_index(key)};
      return true;
    }
    auto entry = read_timeline_row(key, row);
    if (!entry) {
      failed_ = entry.error();
      return false;
    }
    // Another address of the same hash, should there ever be one.
    if (address_in_role(question_.role, address_of(question_.role, *entry)) != address_)
      return true;
    if (page_.entries.size() >= question_.limit) return go_on_later();
    last_read_ = {entry->occurred_at, entry->index};
    page_.entries.push_back(std::move(*entry));
    return true;
  }

  Result<Page> finish() {
    if (failed_) return failed_;
    return std::move(page_);
  }

 private:
  bool is_wanted(std::string_view kind) const {
    const auto& kinds = question_.kinds;
    return kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  }

  bool go_on_later() {
    page_.next = last_read_;
    return false;
  }

  const HistoryQuestion& question_;
  std::string_view address_;
  Page page_;
  TimelineCursor last_read_;
  std::size_t rows_read_ = 0;
  runtime::Error failed_;
};

}  // namespace

Result<Page> History::timeline(const HistoryQuestion& question) const {
  if (question.limit < 1 || question.limit > kMaxPage) return make_error_code(Errc::invalid);
  const Range range = range_of(question);
  PageReader page(question);
  if (range.from >= range.to) return page.finish();
  const auto scanned =
      store_.scan(Table::timeline, range.from, range.to,
                  [&](std::string_view key, std::string_view row) { return page.take(key, row); });
  if (!scanned) return scanned.error();
  return page.finish();
}

}  // namespace waybill::projector

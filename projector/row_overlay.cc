#include "projector/row_overlay.h"

#include <algorithm>

#include "runtime/check.h"

namespace waybill::projector {
namespace {

// Rows of one table, some 15 MiB. An outcome is recorded within the final deadline of its
// acceptance, minutes at most; past this the row is read from the store again.
constexpr std::size_t kRememberedRows = 50'000;
// Of one table: a row that grew stands twice until all are forgotten.
constexpr std::size_t kRememberedOctets = 32 << 20;

// How far the end of the deliveries is looked for: the few of other nodes that are under way.
constexpr std::size_t kRowsSought = 1'000;

bool holds_states(Table table) { return traits_of(table).writes == Writes::states; }

}  // namespace

runtime::Result<std::optional<std::string_view>> RowOverlay::get(Table table,
                                                                 std::string_view key) {
  runtime::check(holds_states(table), "a view reads back only tables of states");
  RowTable& rows = remembered(table);
  const RowTable::Row* row = rows.find(key);
  if (row == nullptr) {
    const auto stored = read(table, key);
    if (!stored) return stored.error();
    RowTable::Row& added = rows.add(key);
    if (*stored) rows.set(added, **stored);
    row = &added;
  }
  last_ = {table, rows.number_of(*row)};
  if (!row->present) return std::optional<std::string_view>();
  return std::optional<std::string_view>(row->value);
}

runtime::Result<std::optional<std::string>> RowOverlay::read(Table table, std::string_view key) {
  using Read = std::optional<std::string>;
  const bool rising = table == Table::deliveries;
  if (rising && greatest_known_ && key > greatest_) return Read();
  auto stored = store_.get(table, key);
  if (stored) return Read(std::move(*stored));
  if (stored.error() != runtime::Errc::not_found) return stored.error();
  if (rising && !greatest_sought_) {
    if (const auto sought = seek_greatest(key); !sought) return sought.error();
  }
  return Read();
}

runtime::Result<void> RowOverlay::seek_greatest(std::string_view from) {
  greatest_sought_ = true;
  std::size_t rows = 0;
  const auto scanned = store_.scan(Table::deliveries, from, {}, [&](std::string_view key, auto) {
    greatest_ = std::max<std::string_view>(greatest_, key);
    return ++rows < kRowsSought;
  });
  if (!scanned) return scanned;
  greatest_ = std::max<std::string_view>(greatest_, from);
  greatest_known_ = rows < kRowsSought;
  return {};
}

// A row that is put was mostly read just before.
RowTable::Row& RowOverlay::row_to_put(Table table, std::string_view key) {
  RowTable& rows = remembered(table);
  if (last_.table == table && last_.row < rows.size()) {
    RowTable::Row& row = rows.row(last_.row);
    if (row.key == key) return row;
  }
  RowTable::Row* const known = rows.find(key);
  return known != nullptr ? *known : rows.add(key);
}

void RowOverlay::put(Table table, std::string_view key, std::string_view value) {
  if (!holds_states(table)) {
    batch_.put(table, key, value);
    return;
  }
  if (table == Table::deliveries && key > greatest_) greatest_ = key;
  RowTable& rows = remembered(table);
  RowTable::Row& row = row_to_put(table, key);
  rows.set(row, value);
  if (row.changed) return;
  row.changed = true;
  changed_.push_back({table, rows.number_of(row)});
}

runtime::Result<void> RowOverlay::scan(Table table, std::string_view from, std::string_view to,
                                       const ViewStore::Visit& visit) const {
  runtime::check(traits_of(table).writes == Writes::sums, "a view scans only a table of sums");
  return store_.scan(table, from, to, visit);
}

void RowOverlay::erase_range(Table table, std::string_view from, std::string_view to) {
  runtime::check(holds_states(table), "a range is erased only of a table of states");
  for (RowTable::Row& row : remembered(table).rows()) {
    if (row.key >= from && row.key < to) row.present = row.changed = false;
  }
  batch_.erase_range(table, from, to);
}

void RowOverlay::settle() {
  for (const RowName& changed : changed_) {
    RowTable::Row& row = remembered(changed.table).row(changed.row);
    if (!row.changed) continue;
    batch_.put(changed.table, row.key, row.value);
    row.changed = false;
  }
  changed_.clear();
}

void RowOverlay::applied() {
  for (RowTable& rows : tables_) {
    if (rows.size() <= kRememberedRows && rows.octets() <= kRememberedOctets) continue;
    rows.clear();
    greatest_sought_ = greatest_known_;
  }
}

void RowOverlay::forget() {
  changed_.clear();
  for (RowTable& rows : tables_) rows.clear();
}

}  // namespace waybill::projector

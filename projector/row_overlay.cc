#include "projector/row_overlay.h"

#include "runtime/check.h"

namespace waybill::projector {
namespace {

// Rows of one table, some 15 MiB. An outcome is recorded within the final deadline of its
// acceptance, minutes at most; past this the row is read from the store again.
constexpr std::size_t kRememberedRows = 50'000;

constexpr bool holds_states(Table table) {
  return table == Table::deliveries || table == Table::counters || table == Table::return_paths;
}

}  // namespace

runtime::Result<std::optional<std::string_view>> RowOverlay::get(Table table,
                                                                 std::string_view key) {
  runtime::check(holds_states(table), "a view reads back only tables of states");
  RowMap& map = remembered(table);
  auto row = map.find(key);
  if (row == map.end()) {
    auto stored = store_.get(table, key);
    if (!stored && stored.error() != runtime::Errc::not_found) return stored.error();
    row = map.emplace(std::string(key), Row{}).first;
    row->second.present = stored.has_value();
    if (stored) row->second.value = std::move(*stored);
  }
  if (!row->second.present) return std::optional<std::string_view>();
  return std::optional<std::string_view>(row->second.value);
}

void RowOverlay::put(Table table, std::string_view key, std::string_view value) {
  if (!holds_states(table)) {
    batch_.put(table, key, value);
    return;
  }
  RowMap& map = remembered(table);
  auto row = map.find(key);
  if (row == map.end()) row = map.emplace(std::string(key), Row{}).first;
  row->second.value = value;
  row->second.present = true;
  if (row->second.changed) return;
  row->second.changed = true;
  changed_.push_back({table, &*row});
}

void RowOverlay::erase_range(Table table, std::string_view from, std::string_view to) {
  runtime::check(holds_states(table), "a range is erased only of a table of states");
  for (auto& [key, row] : remembered(table)) {
    if (key >= from && key < to) row = Row{};
  }
  batch_.erase_range(table, from, to);
}

void RowOverlay::settle() {
  for (const Changed& changed : changed_) {
    if (!changed.row->second.changed) continue;
    batch_.put(changed.table, changed.row->first, changed.row->second.value);
    changed.row->second.changed = false;
  }
  changed_.clear();
}

void RowOverlay::applied() {
  for (RowMap& map : tables_) {
    if (map.size() > kRememberedRows) map.clear();
  }
}

void RowOverlay::forget() {
  changed_.clear();
  for (RowMap& map : tables_) map.clear();
}

}  // namespace waybill::projector

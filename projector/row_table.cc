#include "projector/row_table.h"

#include <algorithm>
#include <cstring>

namespace waybill::projector {

RowTable::Row* RowTable::find(std::string_view key) {
  const auto found = numbers_.find(key);
  return found == numbers_.end() ? nullptr : &rows_[found->second];
}

RowTable::Row& RowTable::add(std::string_view key) {
  Row& added = rows_.emplace_back();
  added.key = kept(key);
  numbers_.emplace(added.key, number_of(added));
  return added;
}

void RowTable::set(Row& row, std::string_view value) {
  if (value.empty()) {
    row.value = {};
  } else if (value.size() <= row.value.size()) {
    char* const place = const_cast<char*>(row.value.data());
    std::memmove(place, value.data(), value.size());
    row.value = {place, value.size()};
  } else {
    row.value = kept(value);
  }
  row.present = true;
}

std::string_view RowTable::kept(std::string_view octets) {
  if (octets.empty()) return {};
  octets_ += octets.size();
  auto* const place = static_cast<char*>(memory_.allocate(octets.size(), alignof(char)));
  std::copy(octets.begin(), octets.end(), place);
  return {place, octets.size()};
}

void RowTable::clear() {
  rows_.clear();
  numbers_.clear();
  memory_.release();
  octets_ = 0;
}

}  // namespace waybill::projector

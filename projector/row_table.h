// RowTable: rows of one table in memory, found by their key.
//
// Made to be filled and cleared over and over: the rows stand in one array, which clear() keeps,
// and their octets in a few large pieces, so that a row costs no allocation of its own.
// One thread. A row is named by its number, which stays until clear().
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>
#include <memory_resource>
#include <string_view>
#include <vector>

namespace waybill::projector {

class RowTable {
 public:
  struct Row {
    std::string_view key;
    std::string_view value;  // until the next set()
    bool present = false;    // false: there is no such row
    bool changed = false;    // the caller's mark
  };

  // The row of `key`, if it is known here; else nullptr.
  Row* find(std::string_view key);
  // Of a key that find() does not know: not present.
  Row& add(std::string_view key);
  // Of find() or add(); `value` is copied and may be the row's own.
  void set(Row& row, std::string_view value);

  std::uint32_t number_of(const Row& row) const {
    return static_cast<std::uint32_t>(&row - rows_.data());
  }
  Row& row(std::uint32_t number) { return rows_[number]; }
  // In the order in which they were added.
  std::vector<Row>& rows() { return rows_; }
  std::size_t size() const { return rows_.size(); }
  // Octets of keys and values, with those of values that were replaced.
  std::size_t octets() const { return octets_; }
  void clear();

 private:
  std::string_view kept(std::string_view octets);

  std::vector<Row> rows_;
  boost::unordered_flat_map<std::string_view, std::uint32_t, std::hash<std::string_view>> numbers_;
  std::pmr::monotonic_buffer_resource memory_;  // of keys and values
  std::size_t octets_ = 0;
};

}  // namespace waybill::projector

// RowTable: rows of one table in memory, found by their key.
//
// Made to be filled and cleared over and over: the octets stand in a few large blocks and the rows
// in one array, both kept by clear(), so that a row costs no allocation of its own.
// One thread. A row is named by its number, which stays until clear().
#pragma once

#include <cstdint>
#include <memory>
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
  // The same; a row that was not known is added, not present.
  Row& find_or_add(std::string_view key);
  // Of find() or find_or_add(); `value` is copied and may be the row's own.
  void set(Row& row, std::string_view value);

  std::uint32_t number_of(const Row& row) const {
    return static_cast<std::uint32_t>(&row - rows_.data());
  }
  Row& row(std::uint32_t number) { return rows_[number]; }
  // In the order in which they were added.
  std::vector<Row>& rows() { return rows_; }
  std::size_t size() const { return rows_.size(); }
  // Octets of keys and values, with those of values that were replaced.
  std::size_t octets() const { return full_octets_ + used_; }
  void clear();

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t row = 0;  // its number + 1; 0: free
  };

  Slot& slot_of(std::string_view key, std::uint32_t hash);
  void grow();
  char* room_for(std::size_t octets);
  std::string_view kept(std::string_view octets);

  std::vector<Row> rows_;
  std::vector<Slot> slots_;  // a power of two, never full: the next free one is taken
  struct Block {
    std::unique_ptr<char[]> octets;
    std::size_t size = 0;
  };
  std::vector<Block> blocks_;
  std::size_t block_ = 0;  // the one that is being filled
  std::size_t used_ = 0;   // of it
  std::size_t full_octets_ = 0;
};

}  // namespace waybill::projector

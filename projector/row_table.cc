#include "projector/row_table.h"

#include <algorithm>
#include <cstring>
#include <functional>

namespace waybill::projector {
namespace {

// Few enough blocks that finding the next one costs nothing, small enough for a table of few rows.
constexpr std::size_t kBlockOctets = 256 << 10;
constexpr std::size_t kFirstSlots = 64;

std::uint32_t hash_of(std::string_view key) {
  const std::uint64_t hash = std::hash<std::string_view>()(key);
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

}  // namespace

RowTable::Slot& RowTable::slot_of(std::string_view key, std::uint32_t hash) {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    Slot& slot = slots_[at];
    if (slot.row == 0 || (slot.hash == hash && rows_[slot.row - 1].key == key)) return slot;
  }
}

RowTable::Row* RowTable::find(std::string_view key) {
  if (rows_.empty()) return nullptr;
  const Slot& slot = slot_of(key, hash_of(key));
  return slot.row == 0 ? nullptr : &rows_[slot.row - 1];
}

RowTable::Row& RowTable::find_or_add(std::string_view key) {
  if (rows_.size() * 2 >= slots_.size()) grow();
  const std::uint32_t hash = hash_of(key);
  Slot& slot = slot_of(key, hash);
  if (slot.row != 0) return rows_[slot.row - 1];
  rows_.push_back({kept(key), {}, false, false});
  slot = {hash, static_cast<std::uint32_t>(rows_.size())};
  return rows_.back();
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

void RowTable::grow() {
  std::vector<Slot> old(std::max(slots_.size() * 2, kFirstSlots));
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.row == 0) continue;
    std::size_t at = slot.hash & mask;
    while (slots_[at].row != 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

char* RowTable::room_for(std::size_t octets) {
  while (block_ < blocks_.size() && blocks_[block_].size - used_ < octets) {
    full_octets_ += used_;
    used_ = 0;
    ++block_;
  }
  if (block_ == blocks_.size()) {
    const std::size_t size = std::max(octets, kBlockOctets);
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
  }
  char* const room = blocks_[block_].octets.get() + used_;
  used_ += octets;
  return room;
}

std::string_view RowTable::kept(std::string_view octets) {
  char* const room = room_for(octets.size());
  std::copy(octets.begin(), octets.end(), room);
  return {room, octets.size()};
}

void RowTable::clear() {
  rows_.clear();
  std::fill(slots_.begin(), slots_.end(), Slot());
  block_ = 0;
  used_ = 0;
  full_octets_ = 0;
}

}  // namespace waybill::projector

// EventSet: some of the events of one stretch, kStretch indexes of the archive that follow each
// other. Pure values; any thread.
//
// As octets: how many they are, 1 octet, and from each to the next one a varint (to the first from
// before the stretch's beginning), where that is fewer octets than the stretch has bits / 8; else a
// zero octet and those bits, the lowest index in the lowest bit of the first octet. The same set
// always has the same octets.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/ordinal.h"

namespace waybill::projector {

inline constexpr std::uint32_t kStretch = 1024;

// The stretch that an index is of, and the first index of one.
constexpr std::uint32_t stretch_of(schemas::EventIndex index) {
  return static_cast<std::uint32_t>(index.value() / kStretch);
}
constexpr schemas::EventIndex beginning_of_stretch(std::uint32_t stretch) {
  return schemas::EventIndex(std::uint64_t{stretch} * kStretch);
}
constexpr std::uint32_t place_in_stretch(schemas::EventIndex index) {
  return static_cast<std::uint32_t>(index.value() % kStretch);
}

class EventSet {
 public:
  static EventSet all() {
    EventSet out;
    out.words_.fill(~std::uint64_t{0});
    return out;
  }
  void add(std::uint32_t place) { words_[place / 64] |= std::uint64_t{1} << (place % 64); }
  bool has(std::uint32_t place) const { return (words_[place / 64] >> (place % 64) & 1) != 0; }
  bool empty() const;
  EventSet& operator|=(const EventSet& other);
  EventSet& operator&=(const EventSet& other);
  // Those before `place`.
  void keep_below(std::uint32_t place);
  // The greatest one; nullopt: it is empty.
  std::optional<std::uint32_t> greatest() const;

  void append_to(std::string& out) const;
  // nullopt: these are no set's octets.
  static std::optional<EventSet> read(std::string_view octets);

  friend bool operator==(const EventSet&, const EventSet&) = default;

 private:
  static constexpr std::size_t kWords = kStretch / 64;
  std::array<std::uint64_t, kWords> words_{};
};

// As append_to() of the set that has this one alone.
void append_one(std::string& out, std::uint32_t place);

}  // namespace waybill::projector

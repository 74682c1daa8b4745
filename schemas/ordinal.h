// Ordinal: a number that says where an event stands in a sequence. The same event stands in three
// of them, and each has a type of its own, so that none is taken for another:
//
//   EventIndex       in the archive of its partition: dense from 0; repeats have none
//   LogOffset        in its partition of the log, as Kafka counts: ascending from 0
//   SequenceNumber   in the journal of its node (node_seq): dense from 1
//
// An ordinal becomes an integer, or is made from one, only where the code says so: where octets,
// JSON, protobuf or a library's own numbers begin.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace waybill::schemas {

template <class Sequence>
class Ordinal {
 public:
  constexpr Ordinal() = default;
  constexpr explicit Ordinal(std::uint64_t value) : value_(value) {}

  // No event stands here or beyond.
  static constexpr Ordinal last() { return Ordinal(std::numeric_limits<std::uint64_t>::max()); }

  constexpr std::uint64_t value() const { return value_; }

  friend constexpr auto operator<=>(Ordinal, Ordinal) = default;

  constexpr Ordinal& operator++() {
    ++value_;
    return *this;
  }
  constexpr Ordinal operator++(int) { return Ordinal(value_++); }
  friend constexpr Ordinal operator+(Ordinal at, std::uint64_t n) { return Ordinal(at.value_ + n); }
  // At most `at.value()`.
  friend constexpr Ordinal operator-(Ordinal at, std::uint64_t n) { return Ordinal(at.value_ - n); }
  // How many there are from `from` on and before `to`; `from` is not behind `to`.
  friend constexpr std::uint64_t operator-(Ordinal to, Ordinal from) {
    return to.value_ - from.value_;
  }

 private:
  std::uint64_t value_ = 0;
};

using EventIndex = Ordinal<struct InArchive>;
using LogOffset = Ordinal<struct InLog>;
using SequenceNumber = Ordinal<struct InJournal>;

}  // namespace waybill::schemas

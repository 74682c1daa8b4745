// Ordinals as tests write them: 3_index, 3_offset, 3_seq; and how gtest prints one.
#pragma once

#include <ostream>

#include "schemas/ordinal.h"

namespace waybill::schemas {

template <class Sequence>
void PrintTo(Ordinal<Sequence> at, std::ostream* out) {
  *out << at.value();
}

inline namespace ordinal_literals {

constexpr EventIndex operator""_index(unsigned long long value) { return EventIndex(value); }
constexpr LogOffset operator""_offset(unsigned long long value) { return LogOffset(value); }
constexpr SequenceNumber operator""_seq(unsigned long long value) { return SequenceNumber(value); }

}  // namespace ordinal_literals

}  // namespace waybill::schemas

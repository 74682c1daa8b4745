#include "projector/rows/event_set.h"

#include <algorithm>
#include <bit>

#include "projector/rows/row_codec.h"

namespace waybill::projector {
namespace {

constexpr std::size_t kBitOctets = kStretch / 8;
constexpr char kAsBits = '\0';

}  // namespace

bool EventSet::empty() const {
  return std::all_of(words_.begin(), words_.end(), [](std::uint64_t word) { return word == 0; });
}

EventSet& EventSet::operator|=(const EventSet& other) {
  for (std::size_t i = 0; i < kWords; ++i) words_[i] |= other.words_[i];
  return *this;
}

EventSet& EventSet::operator&=(const EventSet& other) {
  for (std::size_t i = 0; i < kWords; ++i) words_[i] &= other.words_[i];
  return *this;
}

void EventSet::keep_below(std::uint32_t place) {
  for (std::size_t i = 0; i < kWords; ++i) {
    const auto first = static_cast<std::uint32_t>(i * 64);
    if (place <= first) {
      words_[i] = 0;
    } else if (place < first + 64) {
      words_[i] &= (std::uint64_t{1} << (place - first)) - 1;
    }
  }
}

std::optional<std::uint32_t> EventSet::greatest() const {
  for (std::size_t i = kWords; i-- > 0;) {
    if (words_[i] == 0) continue;
    return static_cast<std::uint32_t>(i * 64 + 63) -
           static_cast<std::uint32_t>(std::countl_zero(words_[i]));
  }
  return std::nullopt;
}

void EventSet::append_to(std::string& out) const {
  const std::size_t before = out.size();
  std::size_t count = 0;
  for (const std::uint64_t word : words_) count += static_cast<std::size_t>(std::popcount(word));
  if (count > 0 && count < kBitOctets) {
    RowWriter row(out);
    row.octet(static_cast<std::uint8_t>(count));
    std::uint32_t next = 0;  // behind the last one
    for (std::size_t i = 0; i < kWords; ++i) {
      for (std::uint64_t word = words_[i]; word != 0; word &= word - 1) {
        const auto place =
            static_cast<std::uint32_t>(i * 64) + static_cast<std::uint32_t>(std::countr_zero(word));
        row.varint(place - next);
        next = place + 1;
      }
    }
    if (out.size() - before <= kBitOctets) return;
    out.resize(before);
  }
  out.push_back(kAsBits);
  for (const std::uint64_t word : words_) {
    for (unsigned i = 0; i < 8; ++i) out.push_back(static_cast<char>(word >> (8 * i) & 0xff));
  }
}

void append_one(std::string& out, std::uint32_t place) {
  RowWriter row(out);
  row.octet(1);
  row.varint(place);
}

std::optional<EventSet> EventSet::read(std::string_view octets) {
  EventSet out;
  if (octets.empty()) return std::nullopt;
  if (octets.front() == kAsBits) {
    octets.remove_prefix(1);
    if (octets.size() != kBitOctets) return std::nullopt;
    for (std::size_t i = 0; i < kBitOctets; ++i) {
      const auto octet = static_cast<std::uint64_t>(static_cast<std::uint8_t>(octets[i]));
      out.words_[i / 8] |= octet << (8 * (i % 8));
    }
    return out;
  }
  RowReader row(octets);
  std::uint64_t next = 0;
  for (std::uint8_t left = row.octet(); left > 0 && row.ok(); --left) {
    const std::uint64_t gap = row.varint();
    if (gap >= kStretch || next + gap >= kStretch) return std::nullopt;
    out.add(static_cast<std::uint32_t>(next + gap));
    next += gap + 1;
  }
  if (!row.ok() || !row.at_end()) return std::nullopt;
  return out;
}

}  // namespace waybill::projector

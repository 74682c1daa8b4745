#include "projector/views/figures_row.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "projector/rows/row_codec.h"
#include "runtime/check.h"

namespace waybill::projector {
namespace {

constexpr unsigned kFirstOctave = 6;  // 2^6 us
constexpr unsigned kLastOctave = 34;
constexpr std::size_t kInOctave = 4;

constexpr std::uint64_t kNamesBit = 1ULL << kFigures;

}  // namespace

std::string_view name_of(Figure figure) {
  switch (figure) {
    case Figure::accepted: return "accepted";
    case Figure::octets: return "octets";
    case Figure::forwarded: return "forwarded";
    case Figure::rejected_by_policy: return "rejected_by_policy";
    case Figure::rejected_by_next_hop: return "rejected_by_next_hop";
    case Figure::rejected_by_relay: return "rejected_by_relay";
    case Figure::deferred_by_policy: return "deferred_by_policy";
    case Figure::deferred_by_next_hop: return "deferred_by_next_hop";
    case Figure::deferred_by_relay: return "deferred_by_relay";
    case Figure::dropped: return "dropped";
    case Figure::in_doubt: return "in_doubt";
    case Figure::bounced: return "bounced";
    case Figure::delivered: return "delivered";
    case Figure::sent_home: return "sent_home";
  }
  runtime::check(false, "a figure is one of kFigures");
  return {};
}

std::uint8_t answer_place(std::uint64_t nanoseconds) {
  const std::uint64_t time = nanoseconds / 1'000;
  if (time < 1ULL << kFirstOctave) return 0;
  if (time >= 1ULL << kLastOctave) return kAnswerPlaces - 1;
  const auto octave = static_cast<unsigned>(std::bit_width(time)) - 1;
  const std::uint64_t quarter = (time >> (octave - 2)) & (kInOctave - 1);
  return static_cast<std::uint8_t>(1 + (octave - kFirstOctave) * kInOctave + quarter);
}

std::chrono::microseconds time_of_place(std::size_t place) {
  if (place == 0) return std::chrono::microseconds(1ULL << (kFirstOctave - 1));
  if (place >= kAnswerPlaces - 1) return std::chrono::microseconds(1ULL << kLastOctave);
  const auto octave = kFirstOctave + (place - 1) / kInOctave;
  const double least =
      static_cast<double>(kInOctave + (place - 1) % kInOctave) * std::exp2(octave) / kInOctave;
  const double end = least + std::exp2(octave) / kInOctave;
  // As far from the least as from the greatest, each in parts of itself.
  return std::chrono::microseconds(std::llround(2 * least * end / (least + end)));
}

void AnswerTimes::add(std::uint8_t place, std::uint64_t count) {
  const auto found =
      std::lower_bound(places_.begin(), places_.end(), place,
                       [](const Place& one, std::uint8_t what) { return one.first < what; });
  if (found != places_.end() && found->first == place) {
    found->second += count;
  } else {
    places_.insert(found, {place, count});
  }
}

void AnswerTimes::add(const AnswerTimes& others) {
  for (const auto& [place, count] : others.places_) add(place, count);
}

std::uint64_t AnswerTimes::count() const {
  std::uint64_t sum = 0;
  for (const auto& [place, count] : places_) sum += count;
  return sum;
}

std::optional<std::chrono::microseconds> AnswerTimes::at(double share) const {
  const std::uint64_t all = count();
  if (all == 0) return std::nullopt;
  const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(all)));
  std::uint64_t below = 0;
  for (const auto& [place, count] : places_) {
    below += count;
    if (below >= rank) return time_of_place(place);
  }
  return time_of_place(places_.back().first);
}

void FigureCounts::add(const FigureCounts& others) {
  for (std::size_t i = 0; i < kFigures; ++i) counts[i] += others.counts[i];
  names += others.names;
  answer_times.add(others.answer_times);
}

bool FigureCounts::empty() const {
  return std::all_of(counts.begin(), counts.end(), [](std::uint64_t count) { return count == 0; });
}

void FigureCounts::clear() {
  counts.fill(0);
  names = 0;
  answer_times.clear();
}

void append_figures_row(const FigureCounts& counted, std::string& out) {
  std::uint64_t which = counted.names != 0 ? kNamesBit : 0;
  for (std::size_t i = 0; i < kFigures; ++i) {
    if (counted.counts[i] != 0) which |= 1ULL << i;
  }
  RowWriter row(out);
  row.varint(which);
  for (const std::uint64_t count : counted.counts) {
    if (count != 0) row.varint(count);
  }
  if (counted.names != 0) row.varint(counted.names);
  std::uint8_t before = 0;
  for (const auto& [place, count] : counted.answer_times.places()) {
    row.varint(static_cast<std::uint64_t>(place - before));
    row.varint(count);
    before = place;
  }
}

runtime::Result<void> read_figures_row(std::string_view octets, FigureCounts& out) {
  RowReader row(octets);
  const std::uint64_t which = row.varint();
  for (std::size_t i = 0; i < kFigures; ++i) {
    out.counts[i] = (which >> i & 1) != 0 ? row.varint() : 0;
  }
  out.names = (which & kNamesBit) != 0 ? row.varint() : 0;
  out.answer_times.clear();
  std::uint64_t place = 0;
  while (row.ok() && !row.at_end()) {
    place += row.varint();
    const std::uint64_t count = row.varint();
    if (place >= kAnswerPlaces) return make_error_code(runtime::Errc::corrupt);
    out.answer_times.add(static_cast<std::uint8_t>(place), count);
  }
  if (!row.ok() || which >= kNamesBit << 1) return make_error_code(runtime::Errc::corrupt);
  return {};
}

}  // namespace waybill::projector

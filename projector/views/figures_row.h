// Rows of `figures`: counts, which merge by addition, and how long next hops took to answer.
//
//   varint    which counts are not 0, a bit each in the order of Figure, and one for `names`
//   varints   these counts
//   pairs     of a place (answer_place()) and how many answers were there, as varints, ascending;
//             a place is written as its distance from the one before
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/result.h"

namespace waybill::projector {

// What is counted, by event. Deliveries (one message to one target through one alias) but where it
// is said otherwise.
enum class Figure : std::uint8_t {
  accepted,  // recipients of messages whose body was taken in
  octets,    // of those messages, once for each recipient
  forwarded,
  rejected_by_policy,
  rejected_by_next_hop,
  rejected_by_relay,
  deferred_by_policy,
  deferred_by_next_hop,
  deferred_by_relay,
  dropped,
  in_doubt,
  bounced,    // reports that it did not arrive, one for each recipient that they speak of
  delivered,  // positive notifications
  sent_home,  // reports that the originator's server took
};
inline constexpr std::size_t kFigures = 14;
// "accepted", "rejected_by_next_hop", ...
std::string_view name_of(Figure figure);

// Places of times to answer: four to each doubling, so that the ends of a place are at most a
// quarter apart. The first is all below 64 us, the last all from 2^34 us (5 h) on.
inline constexpr std::size_t kAnswerPlaces = 2 + 4 * (34 - 6);
std::uint8_t answer_place(std::uint64_t nanoseconds);
// The time that stands for a place: no time of it is further from that than a ninth (11.2 %) of
// itself, but in the first and the last.
std::chrono::microseconds time_of_place(std::size_t place);

class AnswerTimes {
 public:
  using Place = std::pair<std::uint8_t, std::uint64_t>;  // and how many

  void add(std::uint8_t place, std::uint64_t count);
  void add(const AnswerTimes& others);
  const std::vector<Place>& places() const { return places_; }  // ascending
  std::uint64_t count() const;
  // Which is not less than `share` (above 0, at most 1) of all; nullopt: there are none.
  std::optional<std::chrono::microseconds> at(double share) const;
  void clear() { places_.clear(); }

  friend bool operator==(const AnswerTimes&, const AnswerTimes&) = default;

 private:
  std::vector<Place> places_;
};

struct FigureCounts {
  std::array<std::uint64_t, kFigures> counts{};
  std::uint64_t names = 0;   // of the rest's row alone: how many names have a row in that hour
  AnswerTimes answer_times;  // of next hops: from the first octet of the body to the reply of 250

  std::uint64_t& at(Figure figure) { return counts[static_cast<std::size_t>(figure)]; }
  std::uint64_t at(Figure figure) const { return counts[static_cast<std::size_t>(figure)]; }
  void add(const FigureCounts& others);
  bool empty() const;  // nothing is counted
  void clear();

  friend bool operator==(const FigureCounts&, const FigureCounts&) = default;
};

void append_figures_row(const FigureCounts& row, std::string& out);
// Into `out`, which keeps its memory. Errc::corrupt.
runtime::Result<void> read_figures_row(std::string_view octets, FigureCounts& out);

}  // namespace waybill::projector

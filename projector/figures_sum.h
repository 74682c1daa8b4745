// What History says of the view `figures`: sums over hours, as values. Two sums of different
// partitions, or of different domains, add up to the sum of both.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "projector/views/figures_row.h"
#include "runtime/time.h"

namespace waybill::projector {

enum class FiguresBy : std::uint8_t { domain, alias, next_hop, rule, sender };
enum class FiguresStep : std::uint8_t { all, hour, day };

// A row costs some 1 us: rows, and seeks between domains as so many of them, that one question may
// read in one partition.
inline constexpr std::size_t kMaxFigureRows = 250'000;
inline constexpr std::size_t kRowsOfASeek = 20;

struct FiguresQuestion {
  FiguresBy by = FiguresBy::domain;
  std::optional<std::string> domain;  // normalised; nullopt: all that are in sight
  runtime::WallTime from;  // inclusive; an hour counts where its beginning is in the span
  runtime::WallTime to;    // exclusive
  FiguresStep step = FiguresStep::all;
  std::chrono::minutes utc_offset{0};  // of the days: east of Greenwich
  runtime::WallTime known_until{};     // windows that end by then are over
};

// Deliveries of a domain that began in the span, by their ids, were forwarded, and had a return
// path. To the hour: a window is over once the hour in which it ends is.
struct Windows {
  std::uint64_t opened = 0;     // all of them
  std::uint64_t waiting = 0;    // nothing has ended them and the window is open
  std::uint64_t settled = 0;    // nothing has ended them and the window is over
  std::uint64_t bounced = 0;    // a report of failure was taken within the window
  std::uint64_t delivered = 0;  // a positive notification was, before any report of failure

  void add(const Windows& others);
  friend bool operator==(const Windows&, const Windows&) = default;
};

struct FiguresLine {
  FigureCounts total;
  std::map<runtime::WallTime, FigureCounts> steps;  // by their beginning; none where step is `all`
  std::map<std::string, std::uint64_t> rules;       // of a next hop: why it refused, how often
  Windows windows;                                  // of a domain

  void add(const FiguresLine& others);
  friend bool operator==(const FiguresLine&, const FiguresLine&) = default;
};

struct FiguresSum {
  std::map<std::string, FiguresLine> lines;  // by name: a whole address, a domain, a host, a rule
  FiguresLine rest;                          // of names without a row of their own

  void add(const FiguresSum& others);
  friend bool operator==(const FiguresSum&, const FiguresSum&) = default;
};

}  // namespace waybill::projector

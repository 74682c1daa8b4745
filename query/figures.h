// Figures as an answer: which rows of the sums are shown, in which order, and their JSON, of this
// server and of others. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projector/history.h"
#include "query/as_of.h"
#include "query/peer_parts.h"

namespace waybill::query {

inline constexpr std::size_t kDefaultFigures = 20;
inline constexpr std::size_t kMostFigures = 500;
// Rows times steps of one answer: some 4 MB of JSON.
inline constexpr std::size_t kMostFigureSteps = 10'000;
// Another server of ours is told so many names, to be added to those of others; beyond that, and
// beyond so many steps of them, they are in the rest.
inline constexpr std::size_t kMostPeerFigures = 10'000;
inline constexpr std::size_t kMostPeerSteps = 50'000;

// The words of parameters.
const std::vector<std::string>& figures_by_words();
const std::vector<std::string>& figures_step_words();
const std::vector<std::string>& figures_order_words();

struct FiguresAsked {
  projector::FiguresQuestion of;
  std::string order;  // one of the words
  std::size_t limit = kDefaultFigures;
};

// What rows are ordered by where nobody says: of next hops and rules the mail that they cost.
std::string_view usual_order(projector::FiguresBy by);
// How many steps the span has at most; 1 where there are none.
std::size_t steps_of(const projector::FiguresQuestion& question);

struct FiguresShown {
  std::vector<std::pair<std::string, projector::FiguresLine>> rows;  // greatest first, then by name
  std::size_t names = 0;         // with anything in them, shown or not
  projector::FiguresLine rest;   // of names that have no row of their own
  projector::FiguresLine total;  // of everything: rows that are not shown, and the rest, too
};
FiguresShown show(const FiguresAsked& asked, projector::FiguresSum sum);
// For another server, which adds it to others: names that are not shown go to the rest.
FiguresShown show_peer(const FiguresAsked& asked, projector::FiguresSum sum);

std::string render_figures(const FiguresAsked& asked, const FiguresShown& shown, const AsOf& as_of);
std::optional<projector::FiguresSum> read_figures_part(PeerSaid said);

}  // namespace waybill::query

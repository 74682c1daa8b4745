// Figures: counts by domain, alias, next hop, rule and sender, an hour (UTC) each; and how many
// forwarded deliveries of a domain, by the hour in which they began, still wait for a report.
//
// Promises: rows merge by addition, over hours and partitions. A count never falls: a bounce is
// counted in the hour in which it came, and the forwarding stays counted in its own. What became of
// handing on a report is no mail of the domain's users: only that home was told is counted.
//
// Strangers choose senders, the aliases that they try, and the names of their MX hosts. So a name
// has a row of its own only if it is among the first of its domain and hour (most_names()), in the
// log's order; what comes later is the rest, counted without its name.
//
// An event counts in several rows, and the same rows are counted in again and again: they are held
// in memory, hour by hour, and each is written once in a batch (kMostHeld).
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "projector/rows/view.h"
#include "projector/views/figures_key.h"
#include "projector/views/figures_row.h"

namespace waybill::projector {

// Names of one kind with a row of their own in one domain and hour. A row takes some 40 octets, 350
// where its name is as long as an address can be: what strangers send makes at most 200 kB of
// senders an hour and domain, and the rows that are written in a batch stay few. Of aliases there
// are more that have mail every hour.
inline constexpr std::uint64_t kMostNames = 500;
inline constexpr std::uint64_t kMostAliases = 10'000;
// The part of these for names that had only refusals of ours when they came: whoever guesses takes
// no place from those who have mail.
inline constexpr std::uint64_t kRefusedPart = 4;

// Rows in memory, some 300 octets each; beyond it they are let go behind a batch, and an hour that
// is counted in again is read anew.
inline constexpr std::size_t kMostHeld = 100'000;

class Figures final : public View {
 public:
  explicit Figures(std::size_t most_held = kMostHeld);
  ~Figures() override;

  const TableTraits& table() const override { return kFiguresTable; }
  runtime::Result<void> fold(const schemas::Event& event, ArchivePlace place, Rows& rows) override;
  void settle(Rows& rows) override;
  void applied() override;
  void forget() override;

 private:
  struct Counted;
  struct Row;
  class Names;
  struct Hour;

  // All but `names` of what it gives lives until applied() or forget().
  runtime::Result<Hour*> hour_of_domain(std::string_view domain, std::uint32_t hour, Rows& rows);
  runtime::Result<Names*> names_of(Hour& hour, FigureOf what, Rows& rows);
  runtime::Result<Row*> row_of(Hour& hour, FigureOf what, std::string_view name, Figure figure,
                               Rows& rows);
  runtime::Result<void> count(Hour& hour, FigureOf what, std::string_view name,
                              const Counted& counted, Rows& rows);
  runtime::Result<void> count_addresses(const schemas::Event& event, Hour& hour,
                                        const Counted& counted, Rows& rows);
  runtime::Result<void> count_hop(Hour& hour, std::string_view host, const Counted& counted,
                                  Rows& rows);
  runtime::Result<void> count_window(const schemas::Event& event, Figure figure, Rows& rows);
  void change(Hour& hour, FigureOf what, Row& row);
  runtime::Result<void> learn_newest(Rows& rows);

  boost::unordered_flat_map<std::string, std::unique_ptr<Hour>> hours_;
  Hour* last_ = nullptr;
  const std::size_t most_held_;
  std::size_t held_ = 0;  // rows
  struct Changed {
    Hour* hour;
    FigureOf what;
    Row* row;
  };
  std::vector<Changed> changed_;

  // The greatest hour that anything is counted in. Of hours from `whole_from_` on all that there is
  // is held here: what is not, is not there.
  std::uint32_t newest_ = 0;
  std::uint64_t whole_from_ = 0;
  bool newest_known_ = false;
  bool newest_changed_ = false;

  std::string key_;  // these are kept for their memory
  std::string octets_;
  std::string name_;
};

}  // namespace waybill::projector

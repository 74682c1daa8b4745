// The table `figures` and its keys:
//
//   what 1 | domain | 0 | hours since 1970, 4 | name     counts of a domain in an hour
//   'n'                                                  the greatest hour of them all
//
// So what is counted of one domain in a span of hours is one scan, and so are all domains. The name
// is empty where the domain itself is counted, and where the rest is: what has no row of its own
// (figures.h). Of an alias it is the local part, or "@" and the whole address where its domain is
// another than the event's; of a refusal by a next hop the host, a zero octet and the rule; of a
// window the hour in which it ends, 4; of a report that has ended a delivery, the delivery's id.
// Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "projector/rows/key_codec.h"
#include "projector/rows/table.h"

namespace waybill::projector {

inline constexpr TableTraits kFiguresTable{.table = Table::figures,
                                           .name = "figures",
                                           .is_view = true,
                                           .writes = Writes::sums,
                                           .buffer_sixteenths = 1};

// What is counted. As a number: the first octet of a key.
enum class FigureOf : char {
  alias = 'a',
  reported = 'b',  // deliveries that a report has ended, by the hour in which they began
  domain = 'd',
  next_hop = 'h',
  rule = 'r',
  sender = 's',
  window = 'w',  // of deliveries, by the hour in which they began
};
inline constexpr std::string_view kNewestKey = "n";

// What stands before the hour.
std::string figures_prefix(FigureOf what, std::string_view domain);
void append_figures_key(std::string& out, FigureOf what, std::string_view domain,
                        std::uint32_t hour, std::string_view name);
std::string figures_key(FigureOf what, std::string_view domain, std::uint32_t hour,
                        std::string_view name = {});

struct FiguresKey {
  std::string_view domain;
  std::uint32_t hour = 0;
  std::string_view name;
};
// Of a key of a FigureOf; points into it. nullopt: it is none.
std::optional<FiguresKey> read_figures_key(std::string_view key);

// An alias as a name, which may point into `kept`, and back.
std::string_view name_of_alias(std::string_view alias, std::string_view domain, std::string& kept);
std::string alias_of_name(std::string_view name, std::string_view domain);

// A refusal as a name, and the two parts of one; nullopt: it is a host alone.
inline constexpr char kBehindHost = '\0';
struct HopRule {
  std::string_view host;
  std::string_view rule;
};
std::optional<HopRule> read_hop_rule(std::string_view name);

}  // namespace waybill::projector

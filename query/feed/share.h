// Share: what an owner of a partition says of it to a node that merges the feed, and how that goes
// over the wire. Pure.
//
//   GET /v1/feed/ends?known=2.17,3.0   -> {"partitions": [{"partition", "end", "lag"}]}
//   GET /v1/feed/share?from=2.17,3.0... -> {"partitions": [{"partition", "end", "lag", "next",
//                                          "lines": [{"next", "event"} or {"next", "gap"}]}]}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/ordinal.h"

namespace waybill::query::feed {

// Below the feed's own route; for nodes alone.
inline constexpr std::string_view kEndsRoute = "/v1/feed/ends";
inline constexpr std::string_view kShareRoute = "/v1/feed/share";

// A place in one partition, "2.17".
struct SharePlace {
  std::uint32_t partition = 0;
  schemas::EventIndex index;

  friend bool operator==(const SharePlace&, const SharePlace&) = default;
};

// Partitions in one question: their places fit the head of a request (http/codec.h).
inline constexpr std::size_t kMostAsked = 64;

// Joined by commas, partitions ascending. nullopt: it is no such list, or one of more than
// kMostPartitions (place.h).
std::string write_places(const std::vector<SharePlace>& places);
std::optional<std::vector<SharePlace>> read_places(std::string_view text);

struct ShareLine {
  std::string kind;  // "gap", or that of the event
  bool is_event = true;
  std::string json;
  schemas::EventIndex next;  // where the partition goes on behind it
};

struct Share {
  std::uint32_t partition = 0;
  schemas::EventIndex end;           // of the archive
  std::optional<std::uint64_t> lag;  // events in the log and not in the archive
  std::vector<ShareLine> lines;
  schemas::EventIndex next;  // behind all that was looked at
  // An owner is there, and does not answer this question: nothing else of it is said.
  bool is_refused = false;
};

// What is asked of owners.
struct ShareQuestion {
  struct Place {
    SharePlace at;
    std::string first;  // the node that said how far the partition can be read
  };
  std::vector<Place> places;             // kMostAsked at most, ascending
  std::size_t octets = 0;                // of lines for each partition, about
  std::optional<std::uint64_t> limit{};  // events of each
};

// Appends an object of the answer. The lines are JSON already.
void append_share(std::string& out, const Share& share);
void append_end(std::string& out, const Share& share);
// "{"partitions":[...]}" of what was appended, with commas between.
std::string write_shares(std::string_view appended);

// nullopt: it is no such answer, or speaks of what is not among `asked`, or its lines do not go on
// from where they were asked. Nothing of it is taken then.
std::optional<std::vector<Share>> read_shares(std::string_view json,
                                              const std::vector<SharePlace>& asked);
// Of an answer about ends: `lines` and `next` are empty. `asked` are partitions.
std::optional<std::vector<Share>> read_ends(std::string_view json,
                                            const std::vector<std::uint32_t>& asked);

}  // namespace waybill::query::feed

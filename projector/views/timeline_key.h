// The table `timeline` and its keys:
//
//   SHA-256(role octet, address)[0..10) | ~time 8 | ~index, 1 to 9 (append_falling)
//
// so that the newest row of an address is its first. A client's address is that of its host. All
// spellings of a sender or a target have one prefix (spelling.h), and two addresses may share one
// by chance, among some 2^40 of them: every reader looks whether a row is of the address that it
// asks for.
// Pure, any thread. A key is never shorter than kTimelinePrefix (RocksDB's prefix extractor asks
// for that).
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "projector/rows/key_codec.h"
#include "projector/rows/table.h"
#include "runtime/result.h"
#include "schemas/ordinal.h"

namespace waybill::projector {

inline constexpr std::size_t kTimelinePrefix = 10;
using TimelinePrefix = std::array<char, kTimelinePrefix>;

inline constexpr TableTraits kTimelineTable{.table = Table::timeline,
                                            .name = "timeline",
                                            .is_view = true,
                                            .writes = Writes::lines,
                                            .buffer_sixteenths = 8,
                                            // A page of an alias is 50 rows of some 150 octets.
                                            .block_kib = 32,
                                            .filter_prefix = kTimelinePrefix,
                                            // Some two rows, of 200 octets or of 70.
                                            .octets_per_place = 256,
                                            .packing = Packing::dictionary};

// As whom an address took part.
enum class Role : std::uint8_t { alias = 1, sender = 2, target = 3, client = 4 };

// Whether an address in the role has several spellings (spelling.h).
bool has_spellings(Role role);

// A target's history is one, whichever port a copy went to: "user@domain:2525" is found as
// "user@domain". Addresses of the other roles are taken as they are.
std::string_view address_in_role(Role role, std::string_view address);
// The same for all spellings of a sender or a target; an alias's comes from the relay in one.
TimelinePrefix timeline_prefix(Role role, std::string_view address);
void append_timeline_key(std::string& out, const TimelinePrefix& prefix, std::uint64_t time,
                         schemas::EventIndex index);
std::string timeline_key(const TimelinePrefix& prefix, std::uint64_t time,
                         schemas::EventIndex index);

struct TimelinePlace {
  std::uint64_t time = 0;  // ns since 1970
  schemas::EventIndex index;
};
// Of a key. Errc::corrupt: it is none.
runtime::Result<TimelinePlace> timeline_place(std::string_view key);

}  // namespace waybill::projector

// The table `timeline` and its keys:
//
//   SHA-256(role octet, address)[0..16) | ~time 8 | ~index 8
//
// so that the newest row of an address is its first. Pure, any thread. A key is never shorter than
// kPrefix (RocksDB's prefix extractor asks for that).
#pragma once

#include <string>
#include <string_view>

#include "projector/rows/key_codec.h"
#include "projector/rows/table.h"
#include "schemas/ordinal.h"

namespace waybill::projector {

inline constexpr TableTraits kTimelineTable{.table = Table::timeline,
                                            .name = "timeline",
                                            .is_view = true,
                                            .writes = Writes::lines,
                                            .buffer_sixteenths = 8,
                                            .filter_prefix = kPrefix,
                                            // Some two rows of 250 octets.
                                            .octets_per_place = 512};

// As whom an address took part.
enum class Role : std::uint8_t { alias = 1, sender = 2, target = 3 };

inline constexpr std::size_t kTimelineKey = kPrefix + 8 + 8;

// A target's history is one, whichever port a copy went to: "user@domain:2525" is found as
// "user@domain". Addresses of the other roles are taken as they are.
std::string_view address_in_role(Role role, std::string_view address);
Prefix timeline_prefix(Role role, std::string_view address);
void append_timeline_key(std::string& out, const Prefix& prefix, std::uint64_t time,
                         schemas::EventIndex index);
std::string timeline_key(const Prefix& prefix, std::uint64_t time, schemas::EventIndex index);
// Of a key that is kTimelineKey long.
std::uint64_t timeline_time(std::string_view key);
schemas::EventIndex timeline_index(std::string_view key);

}  // namespace waybill::projector

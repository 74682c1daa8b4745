// The end of a record: which event of which journal it is. The journal knows that only when it
// commits, long after the event was serialised, and appends it; a field may be appended to a
// serialised message, for parsers take the last one (Protocol Buffers, "Last One Wins").
//
//   29 | node_seq, 8 octets | 7d | journal, 4 octets; both little-endian
//
// Releases that gave journals no id have written the first nine octets alone.
//
// Pure functions; any thread.
#pragma once

#include <bit>
#include <cstdint>
#include <string>

#include "schemas/event.h"

namespace waybill::schemas {

// A field's number and its wire type, 1 for 64 bits and 5 for 32. A number below 16 has a tag of
// one octet.
inline constexpr char kNodeSeqTag = (Event::kNodeSeqFieldNumber << 3) | 1;
inline constexpr char kJournalTag = (Event::kJournalFieldNumber << 3) | 5;
static_assert(Event::kNodeSeqFieldNumber < 16 && Event::kJournalFieldNumber < 16);
static_assert(std::endian::native == std::endian::little, "fixed fields are little-endian");

inline constexpr std::size_t kNodeSeqOctets = 1 + sizeof(std::uint64_t);
inline constexpr std::size_t kIdentityOctets = kNodeSeqOctets + 1 + sizeof(std::uint32_t);

inline void append_node_seq(std::string& record, std::uint64_t seq) {
  record += kNodeSeqTag;
  record.append(reinterpret_cast<const char*>(&seq), sizeof seq);
}
inline void append_identity(std::string& record, std::uint64_t seq, std::uint32_t journal) {
  append_node_seq(record, seq);
  record += kJournalTag;
  record.append(reinterpret_cast<const char*>(&journal), sizeof journal);
}

}  // namespace waybill::schemas

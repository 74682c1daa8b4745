// The table `terms` and its keys:
//
//   what 1 | text | 0 | ~stretch 4     the events of a stretch that have the term (event_set.h)
//   'A' | domain | '@' | local part | 0 | 0xffffffff
//                                      none: an alias that mail was accepted for; its letters in
//                                      lower case, and, where it has others, octet 1 and its own
//   '#' | 0 | ~stretch 4               the least and the greatest time in the stretch, and the
//                                      greatest of it and all before it, ns since 1970, 8 each
//
// so that the newest stretch of a term is its first row. Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "projector/rows/event_set.h"
#include "projector/rows/key_codec.h"
#include "projector/rows/table.h"
#include "projector/views/event_terms.h"

namespace waybill::projector {

inline constexpr TableTraits kTermsTable{.table = Table::terms,
                                         .name = "terms",
                                         .is_view = true,
                                         .writes = Writes::sums,
                                         .buffer_sixteenths = 2};

inline constexpr std::size_t kStretchOctets = 4;

// What stands before the stretch.
std::string term_prefix(TermOf of, std::string_view text);
// Appends it.
void append_term_prefix(std::string& out, TermOf of, std::string_view text);
void append_stretch(std::string& out, std::uint32_t stretch);

struct TermKey {
  std::string_view text;
  std::uint32_t stretch = 0;
};
// Of a key of a term; points into it. nullopt: it is none.
std::optional<TermKey> read_term_key(std::string_view key);

// The text of an alias, by domain and then by local part, and back. An address without "@" has
// none, which is empty.
std::string text_of_alias(std::string_view alias);
std::string alias_of_text(std::string_view text);

struct StretchTimes {
  std::uint64_t least = UINT64_MAX;
  std::uint64_t greatest = 0;
  std::uint64_t greatest_so_far = 0;  // of all stretches up to this one
};
inline constexpr std::string_view kTimesPrefix("#\0", 2);
void append_times(std::string& out, const StretchTimes& times);
// nullopt: it is none.
std::optional<StretchTimes> read_times(std::string_view row);

}  // namespace waybill::projector

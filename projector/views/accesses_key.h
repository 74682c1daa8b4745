// The table `accesses` and its keys, each with an empty value:
//
//   'a' | ~index                                  of every record of who asked
//   's' | SHA-256(subject)[0..8) | ~index         of what was looked at
//   'p' | SHA-256(principal)[0..8) | ~index       of who looked
//
// so that the newest is the first (append_falling). Two texts may share a hash: who reads looks at
// the event. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "projector/rows/key_codec.h"
#include "projector/rows/table.h"
#include "runtime/result.h"
#include "schemas/ordinal.h"

namespace waybill::projector {

inline constexpr std::size_t kAccessHash = 8;

inline constexpr TableTraits kAccessesTable{
    .table = Table::accesses, .name = "accesses", .is_view = true, .writes = Writes::lines};

// What keys of one question begin with.
std::string all_accesses_prefix();
std::string accesses_of_subject_prefix(std::string_view subject);
std::string accesses_by_principal_prefix(std::string_view principal);

// The index at the end of a key that begins with `prefix`. Errc::corrupt: it is none.
runtime::Result<schemas::EventIndex> index_of_access_key(std::string_view key,
                                                         std::string_view prefix);

}  // namespace waybill::projector

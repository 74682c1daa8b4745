// The table `counters` and its keys: domain | 0 | hours since 1970, 4. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "projector/rows/key_codec.h"
#include "projector/rows/table.h"

namespace waybill::projector {

inline constexpr TableTraits kCountersTable{
    .table = Table::counters, .name = "counters", .is_view = true, .writes = Writes::states};

std::string counters_key(std::string_view domain, std::uint32_t hour);
void append_counters_key(std::string& out, std::string_view domain, std::uint32_t hour);
// Of a key that counters_key() made.
std::uint32_t counters_hour(std::string_view key);

}  // namespace waybill::projector

// W3C Trace Context (traceparent 00) and the list of partitions that one server asks another for.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/chance.h"

namespace waybill::query {

// "00-<32 hex>-<16 hex>-<2 hex>", lower case, neither id all zero (W3C Trace Context 3.2.2).
bool is_traceparent(std::string_view text);

// A trace of its own.
std::string new_traceparent(runtime::Chance& chance);

// "0,3,5": decimal, ascending, none twice. nullopt for anything else.
std::optional<std::vector<std::uint32_t>> parse_partitions(std::string_view text);
std::string write_partitions(const std::vector<std::uint32_t>& partitions);

}  // namespace waybill::query

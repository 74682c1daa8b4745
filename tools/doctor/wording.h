// How figures are said in findings. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/time.h"

namespace waybill::tools::doctor {

// Rounded, for people: "742 B", "1.4 GiB".
std::string about_octets(std::uint64_t octets);

// Rounded down, in the largest unit of which there is one: "12 ms", "40 s", "3 min", "5 h", "12 d";
// "under 1 ms", also below zero.
std::string about_time(runtime::Duration time);

// "1 domain", "3 domains".
std::string plural(std::size_t count, std::string_view one, std::string_view many);

// "partition 3", "partitions 0, 4-7". `partitions` ascends.
std::string name_partitions(const std::vector<std::uint32_t>& partitions);

// The words of a failure, which begin with the name that a finding has as its subject, without it.
std::string without_name(const std::string& why, const std::string& name);

// "a", "a and b", "a, b and c"; beyond `most`: "a, b and 12 others".
std::string name_some(const std::vector<std::string>& names, std::size_t most);

}  // namespace waybill::tools::doctor

// An event of each kind, as examples of the records of a sink. Pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stream/mapping/format.h"

namespace waybill::tools {

// The JSON of an event of each kind (schemas/examples), in the order of kinds.
std::span<const std::string_view> sample_events();

// A record of each, in that order. `kind`: of that kind alone; empty: of all.
std::vector<std::string> sample_records(stream::Format format, std::string_view kind,
                                        const std::string& version);

}  // namespace waybill::tools

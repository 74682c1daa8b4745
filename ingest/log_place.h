// LogPlace: a partition of a topic; and what stands in one at an offset, for whoever has to know
// whether a log is the one that it was.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "runtime/failure.h"
#include "schemas/ordinal.h"

namespace waybill::ingest {

// The topic's name is one of schemas/partition.h, or lives as long.
struct LogPlace {
  std::string_view topic;
  std::uint32_t partition = 0;
  friend auto operator<=>(const LogPlace&, const LogPlace&) = default;
};

struct StandsThere {
  enum class What { record, log_ends_before, removed };  // removed: by retention
  What what = What::record;
  std::string value;  // of the record
};

// What stands at these offsets; a partition that does not answer is left out. Blocks for some
// seconds at most. An error: nobody answers.
using LookAt = std::function<runtime::Explained<std::map<LogPlace, StandsThere>>(
    const std::map<LogPlace, schemas::LogOffset>&)>;

}  // namespace waybill::ingest

// The table `control` and its keys: subject | 0 | subject id. A row is the index of the newest
// event of that thing, 8 octets; the event has the whole state. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "projector/rows/key_codec.h"
#include "projector/rows/table.h"

namespace waybill::projector {

inline constexpr TableTraits kControlTable{
    .table = Table::control, .name = "control", .is_view = true, .writes = Writes::states};

inline std::string control_prefix(std::string_view subject) {
  std::string out(subject);
  out += '\0';
  return out;
}

}  // namespace waybill::projector

// IndexList: which events of the archive a row speaks of, ascending: the first as a varint, then
// how far each of the others lies behind it, as a varint each. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/result.h"
#include "schemas/ordinal.h"

namespace waybill::projector {

// What `list` becomes with one more, which is not before its first. A list that is no list stays
// none.
void append_index(std::string& list, schemas::EventIndex index);
// Errc::corrupt.
runtime::Result<std::vector<schemas::EventIndex>> read_indexes(std::string_view list);

}  // namespace waybill::projector

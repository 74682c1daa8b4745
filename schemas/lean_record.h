// A record on its way to Kafka: without what follows from the rest of it. `left_out` says what that
// is (left_out.h). Earlier releases sent whole records, which stand in topics for ever.
//
// Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "schemas/event.h"

namespace waybill::schemas {

// Of a record of the journal. What could not be put back octet for octet stands as it is, and so do
// a record that would become no shorter and octets that are no event.
std::string lean_record(std::string_view record);

// The whole event of a record, lean or not; `left_out` stays. False: it is none.
bool read_record(std::string_view record, Event& out);

}  // namespace waybill::schemas

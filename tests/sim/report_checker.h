// The oracle of bounces: holds what the bridgehead said and heard, and what arrived at home,
// against the log. Each report is on record once for each recipient and tied to its delivery (I5),
// and home hears of it only what it may (I6).
#pragma once

#include <string>
#include <vector>

#include "schemas/event.h"
#include "tests/sim/bridgehead.h"
#include "tests/sim/client.h"

namespace waybill::tests {

// Appends every promise that was broken, as a sentence.
void check_reports(const std::vector<schemas::Event>& events,
                   const std::vector<const SimClient*>& clients, const Bridgehead& bridgehead,
                   const std::vector<TakenMail>& at_home, std::vector<std::string>& broken);

}  // namespace waybill::tests

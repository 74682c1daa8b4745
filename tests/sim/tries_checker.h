// The oracle of retries: a mail that comes again goes on where its last try ended, nobody has it
// twice who need not, and no mail that was answered 250 is lost (docs/decisions/0014).
#pragma once

#include <string>
#include <vector>

#include "schemas/event.h"
#include "tests/sim/client.h"
#include "tests/sim/next_hop.h"
#include "tests/sim/transactions.h"

namespace waybill::tests {

// Appends every promise that was broken, as a sentence. `ends`: of the relay's lives, in order.
void check_tries(const std::vector<schemas::Event>& events, const Transactions& transactions,
                 const std::vector<const SimClient*>& clients, const SimNextHop& hop,
                 const std::vector<runtime::WallTime>& ends, std::vector<std::string>& broken);

}  // namespace waybill::tests

// What a relay knows of earlier tries when it starts: from the views of this process.
#pragma once

#include "projector/history.h"
#include "relay/plan/tries.h"
#include "runtime/time.h"

namespace waybill::app {

// How many deliveries it has learned of. The error of the views.
runtime::Result<std::size_t> learn_tries(const projector::History& history, runtime::WallTime now,
                                         relay::plan::Tries& tries);

}  // namespace waybill::app

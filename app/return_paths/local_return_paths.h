// LocalReturnPaths: return paths from the views of this process. An answer waits until the views
// have folded all that was on record when it was asked.
#pragma once

#include <memory>

#include "ingest/journal.h"
#include "projector/history.h"
#include "relay/returnpath/directory.h"
#include "runtime/time.h"
#include "runtime/workers.h"

namespace waybill::app {

// All outlive it. Any thread. `workers` are for this alone: a look-up that waits behind questions
// of people may come too late for the reporter.
std::unique_ptr<relay::returnpath::ReturnPathDirectory> local_return_paths(
    const ingest::Journal& journal, const projector::History& history, runtime::Workers& workers,
    runtime::Clock& clock);

}  // namespace waybill::app

// Waiting until the log has what this relay has on record, so that others see it.
#pragma once

#include "app/cluster/remote_return_paths.h"
#include "runtime/task.h"

namespace waybill::app {

// A healthy log takes milliseconds.
inline constexpr std::chrono::milliseconds kPublishTime{5'000};

// What is given back to another node is not waited for longer.
inline constexpr std::chrono::milliseconds kGiveBackTime{1'000};

// True once all that is on record here now is in the log. The clock outlives it.
runtime::Task<bool> own_published(OwnJournal own, runtime::Clock& clock, runtime::Instant deadline);

}  // namespace waybill::app

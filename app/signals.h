// Signals: what a serving process waits for: SIGINT or SIGTERM, a journal that is fenced, and
// meanwhile SIGHUP.
#pragma once

#include <functional>

#include "ingest/journal.h"

namespace waybill::app {

// After the journal failed, those in flight still get their 451.
inline constexpr std::chrono::seconds kFenceGrace{3};

struct Watch {
  ingest::Journal* journal = nullptr;  // null: there is none
  std::function<void()> reload;        // on SIGHUP; empty: it is ignored
  // Every ingest::kNodeSpeaksEvery; empty: nothing.
  std::function<void()> tick;
};

// Returns when the process is to end.
void wait_for_the_end(const Watch& watch);

}  // namespace waybill::app

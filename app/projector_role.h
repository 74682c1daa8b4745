// ProjectorRole: the projector of this process: one thread that folds the embedded log into the
// views, syncs them now and then, and lets the journal go of what they have.
#pragma once

#include <memory>
#include <string>

#include "app/config/config.h"
#include "ingest/journal.h"
#include "projector/projector.h"
#include "projector/view_store.h"
#include "runtime/metrics.h"
#include "runtime/result.h"

namespace waybill::app {

class ProjectorRole {
 public:
  // Stops after the batch under way.
  virtual ~ProjectorRole() = default;
  // Events durable and not yet in the views.
  virtual std::uint64_t lag() const = 0;
  // Empty while it runs; then why it stopped.
  virtual std::string failure() const = 0;
};

// The views' projector, before anything runs. `why`: the views and the journal do not fit together.
runtime::Result<std::unique_ptr<projector::Projector>> open_projector(
    const ingest::JournalStore& journal_store, projector::ViewStore& views, std::string& why);

// All outlive it.
std::unique_ptr<ProjectorRole> start_projector(const Config& config, ingest::Journal& journal,
                                               const ingest::JournalStore& journal_store,
                                               projector::ViewStore& views,
                                               std::unique_ptr<projector::Projector> projector,
                                               runtime::Metrics& metrics);

}  // namespace waybill::app

// Acceptance: an acceptance on its way to the disk, while the message is on its way to the next
// hop, or to several of them. And the reply where the log takes no event.
#pragma once

#include <optional>
#include <vector>

#include "ingest/event_appender.h"
#include "relay/forward/clearance.h"
#include "relay/relay_metrics.h"
#include "runtime/one_shot.h"
#include "schemas/reply.h"

namespace waybill::relay {

class Acceptance final : public forward::Clearance {
 public:
  explicit Acceptance(ingest::Recorded recorded) : recorded_(std::move(recorded)) {}

  runtime::Task<runtime::Result<void>> clear() override;

 private:
  ingest::Recorded recorded_;
  std::optional<runtime::Result<void>> known_;
  bool asked_ = false;
  std::vector<runtime::OneShot<bool>> waiting_;
};

// The log's failures, as replies (I1: what cannot be made durable is answered 451, or 452).
schemas::Reply unrecorded(RelayMetrics& metrics, const runtime::Error& error);

}  // namespace waybill::relay

// Quarantine: keeps records that do not decode, whole and with the topic, partition and offset that
// they came from, so that a person may look at them while the log goes on.
#pragma once

#include <memory>
#include <string>

#include "ingest/event_stream.h"
#include "ingest/kafka_settings.h"
#include "runtime/metrics.h"

namespace waybill::ingest {

class Quarantine {
 public:
  virtual ~Quarantine() = default;
  // Returns once the record is in quarantine, or after a few seconds in vain, which is said: the
  // reader keeps such a record too. A record may come twice.
  virtual void add(const LogRecord& record) = 0;
};

// On waybill.quarantine.v1; connects when the first record comes. Any thread.
std::unique_ptr<Quarantine> kafka_quarantine(const KafkaSettings& settings,
                                             runtime::Metrics& metrics);

}  // namespace waybill::ingest

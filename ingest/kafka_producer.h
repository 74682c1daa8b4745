// KafkaProducer: a LogProducer on a Kafka cluster. Idempotent, acknowledged by all in-sync
// replicas, zstd. A message is never given up (no message timeout), so the one way to fail is the
// handle's end.
#pragma once

#include "ingest/kafka_settings.h"
#include "ingest/log_producer.h"

namespace waybill::ingest {

runtime::Result<std::unique_ptr<LogProducer>> kafka_producer(const KafkaSettings& settings,
                                                             std::string& why);

}  // namespace waybill::ingest

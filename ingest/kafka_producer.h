// KafkaProducer: a LogProducer on a Kafka cluster. Idempotent, acknowledged by all in-sync
// replicas, zstd. A message is never given up (no message timeout), so the one way to fail is the
// handle's end.
#pragma once

#include "ingest/kafka_settings.h"
#include "ingest/log_producer.h"

namespace waybill::ingest {

// Errc::invalid: the settings are not taken; the words say which.
runtime::Explained<std::unique_ptr<LogProducer>> kafka_producer(const KafkaSettings& settings);

}  // namespace waybill::ingest

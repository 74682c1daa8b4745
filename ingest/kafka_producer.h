// KafkaProducer: a LogProducer on a Kafka cluster. Idempotent, acknowledged by all in-sync
// replicas, zstd. A message is never given up (no message timeout), so the one way to fail is the
// handle's end.
#pragma once

#include <chrono>

#include "ingest/kafka_settings.h"
#include "ingest/log_producer.h"

namespace waybill::ingest {

// What comes within it goes in one request, also where somebody waits for it.
inline constexpr std::chrono::milliseconds kLeastLinger{3};

// A record waits for others of its partition for `linger`, kLeastLinger at least: a batch is
// compressed as a whole, and one of a single record hardly at all.
// Errc::invalid: the settings are not taken; the words say which.
runtime::Explained<std::unique_ptr<LogProducer>> kafka_producer(
    const KafkaSettings& settings, std::chrono::milliseconds linger = kLeastLinger);

}  // namespace waybill::ingest

// KafkaStream: the EventStream of partitions of a Kafka topic, read from positions that their
// reader keeps; and KafkaEnds, how far they go.
//
// Nothing is skipped: a position that retention has removed already is Errc::not_found; a log that
// ends before it, or has another record in front of it, was truncated or replaced and is
// Errc::corrupt, as is a gap; the words name partition and offsets. A position in a log of another
// name (Kafka's cluster id) is Errc::invalid. While no broker is in reach
// next() waits. It blocks its thread, which is the reader's own. A topic or partition that does not
// exist is Errc::not_found.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ingest/event_stream.h"
#include "ingest/kafka_settings.h"

namespace waybill::ingest {

// `partitions`: of the topic; one that has another number is Errc::invalid, for its keys are
// elsewhere (0: any). Connects lazily. Errc::invalid: the settings are not taken; the words say
// which.
runtime::Explained<std::unique_ptr<EventStream>> kafka_stream(
    const KafkaSettings& settings, const std::string& topic, std::uint32_t partitions,
    std::vector<StreamPosition> positions);

// Asks for the ends of these partitions five times a second, on a thread of its own. `linger`: how
// long relays have their records wait.
runtime::Explained<std::unique_ptr<LogEnds>> kafka_ends(const KafkaSettings& settings,
                                                        const std::string& topic,
                                                        std::vector<std::uint32_t> partitions,
                                                        const runtime::Clock& clock,
                                                        std::chrono::milliseconds linger);

}  // namespace waybill::ingest

// Worlds of a log that lies elsewhere, for contract suites: one in memory, one that is a real
// broker. Both are asked in the same words.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/event_stream.h"
#include "ingest/log_producer.h"
#include "ingest/memory_log.h"
#include "runtime/time.h"

namespace waybill::tests {

class LogWorld {
 public:
  virtual ~LogWorld() = default;

  // A new topic of that many partitions; its name.
  virtual std::string new_topic(std::uint32_t partitions) = 0;
  virtual std::unique_ptr<ingest::LogProducer> producer() = 0;
  virtual std::unique_ptr<ingest::EventStream> stream(
      const std::string& topic, std::vector<ingest::StreamPosition> positions) = 0;
  virtual std::unique_ptr<ingest::LogEnds> ends(const std::string& topic,
                                                std::vector<std::uint32_t> partitions,
                                                const runtime::Clock& clock) = 0;

  virtual ingest::LookAt look_at() = 0;

  // All that a partition holds.
  virtual std::vector<ingest::MemoryRecord> records(const std::string& topic,
                                                    std::uint32_t partition) = 0;
  virtual void remove_before(const std::string& topic, std::uint32_t partition,
                             schemas::LogOffset first) = 0;

  // The brokers of that topic are gone, without a farewell; and back.
  virtual void crash(const std::string& topic) = 0;
  virtual void restart(const std::string& topic) = 0;
};

std::unique_ptr<LogWorld> memory_log_world();
// KafkaBroker::installed() is true.
std::unique_ptr<LogWorld> kafka_log_world();

// Sends one record without key and headers; the tag is its number.
void send_value(ingest::LogProducer& producer, const std::string& topic, std::uint32_t partition,
                std::string_view value, std::uint64_t tag);

// LogProducer::poll(), with the tags of its news alone.
runtime::Explained<void> poll_tags(ingest::LogProducer& producer, std::chrono::milliseconds wait,
                                   std::vector<std::uint64_t>& tags);

// Polls until `count` tags have come back, the producer failed, or half a minute is over; the tags.
std::vector<std::uint64_t> await_tags(ingest::LogProducer& producer, std::size_t count);

}  // namespace waybill::tests

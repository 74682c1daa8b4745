// MemoryLog: the log of a cluster in memory, for simulations and tests: topics with partitions of
// records, the ports over them, and the faults that a cluster has, on demand.
//
// Promises: its producers, streams and ends promise what the ports do, and a stream says of a
// position what kafka_stream.h does; tests/contracts holds it and Kafka against the same words.
// A producer writes when it is polled, and only then: what was sent before is its queue.
// Limits: nothing is compacted or expires by itself, poll() never waits, and a log has one writer's
// view of time: none. Everything is kept until the last of log, producers and streams goes away.
// Any thread; a producer is one thread's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ingest/event_stream.h"
#include "ingest/log_place.h"
#include "ingest/log_producer.h"
#include "schemas/ordinal.h"

namespace waybill::ingest {

struct MemoryRecord {
  std::string key;
  std::string value;
  std::vector<std::pair<std::string, std::string>> headers;
};

class MemoryLog {
 public:
  MemoryLog();
  ~MemoryLog();
  MemoryLog(const MemoryLog&) = delete;
  MemoryLog& operator=(const MemoryLog&) = delete;

  void create_topic(const std::string& name, std::uint32_t partitions);

  runtime::Explained<std::unique_ptr<LogProducer>> producer();
  std::unique_ptr<EventStream> stream(std::string topic, std::vector<StreamPosition> positions);
  // The clock outlives it.
  std::unique_ptr<LogEnds> ends(std::string topic, const runtime::Clock& clock);

  LookAt look_at() const;

  // All that a partition of an existing topic holds, from its beginning on.
  std::vector<MemoryRecord> records(const std::string& topic, std::uint32_t partition) const;
  schemas::LogOffset first_offset(const std::string& topic, std::uint32_t partition) const;

  // Of a partition's records that a failing producer has sent and not written, how many it leaves
  // in the log all the same, unacknowledged. At most as many as it is asked about.
  using Kept = std::function<std::size_t(std::size_t unwritten)>;

  // The producer of the send after `n` more fails instead; once.
  void fail_send_after(std::uint64_t n, Kept kept);
  // Every producer there is fails at its next call.
  void fail_producers(Kept kept);
  // No producer can be made, because of `why`; empty: they can.
  void refuse_producers(std::string why);
  // A producer takes no more than so many records that are not acknowledged.
  void limit_queue(std::size_t records);
  // What is written is not acknowledged until this is off again.
  void hold_acknowledgements(bool on);
  // What is sent waits for company until a producer flushes, as long as this is on.
  void linger(bool on);
  // Nothing is written to that partition, as if it had no leader.
  void stall(const std::string& topic, std::uint32_t partition, bool on);

  // Records from `end` on are lost.
  void truncate(const std::string& topic, std::uint32_t partition, schemas::LogOffset end);
  // Records below `first` are removed, as retention does.
  void remove_before(const std::string& topic, std::uint32_t partition, schemas::LogOffset first);
  void replace(const std::string& topic, std::uint32_t partition, schemas::LogOffset offset,
               std::string value);

  struct State;  // shared with what is made here

 private:
  const std::shared_ptr<State> state_;
};

}  // namespace waybill::ingest

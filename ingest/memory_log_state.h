// What a MemoryLog and all that it made share; behind one mutex.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ingest/memory_log.h"
#include "runtime/mutex.h"
#include "runtime/one_shot.h"

namespace waybill::ingest {

struct MemoryLog::State {
  struct Partition {
    schemas::LogOffset first;
    std::deque<MemoryRecord> records;
    bool stalled = false;
    schemas::LogOffset end() const { return first + records.size(); }
  };

  // nullptr: there is no such partition.
  Partition* find(const std::string& topic, std::uint32_t partition) WAYBILL_REQUIRES(mutex);
  Partition& at(const std::string& topic, std::uint32_t partition) WAYBILL_REQUIRES(mutex);
  // Streams that wait for news; to be told once the mutex is free.
  std::vector<runtime::OneShot<bool>> take_waiting() WAYBILL_REQUIRES(mutex);

  runtime::Mutex mutex;
  std::map<std::string, std::vector<Partition>> topics WAYBILL_GUARDED_BY(mutex);
  std::vector<runtime::OneShot<bool>> waiting WAYBILL_GUARDED_BY(mutex);
  // A producer of an earlier generation fails.
  std::uint64_t generation WAYBILL_GUARDED_BY(mutex) = 0;
  std::uint64_t sends_left WAYBILL_GUARDED_BY(mutex) = UINT64_MAX;
  Kept kept WAYBILL_GUARDED_BY(mutex);
  std::string refusal WAYBILL_GUARDED_BY(mutex);
  std::size_t queue_limit WAYBILL_GUARDED_BY(mutex) = SIZE_MAX;
  bool acknowledgements_held WAYBILL_GUARDED_BY(mutex) = false;
  bool lingering WAYBILL_GUARDED_BY(mutex) = false;
  std::uint64_t losses WAYBILL_GUARDED_BY(mutex) = 0;
};

std::unique_ptr<LogProducer> make_memory_producer(std::shared_ptr<MemoryLog::State> state,
                                                  std::uint64_t generation);
std::unique_ptr<EventStream> make_memory_stream(std::shared_ptr<MemoryLog::State> state,
                                                std::string topic,
                                                std::vector<StreamPosition> positions);

}  // namespace waybill::ingest

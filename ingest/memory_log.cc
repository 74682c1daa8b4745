#include "ingest/memory_log.h"

#include <algorithm>

#include "ingest/memory_log_state.h"
#include "runtime/check.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

MemoryLog::State::Partition* MemoryLog::State::find(const std::string& topic,
                                                    std::uint32_t partition) {
  const auto found = topics.find(topic);
  if (found == topics.end() || partition >= found->second.size()) return nullptr;
  return &found->second[partition];
}

MemoryLog::State::Partition& MemoryLog::State::at(const std::string& topic,
                                                  std::uint32_t partition) {
  Partition* const found = find(topic, partition);
  runtime::check(found != nullptr, "the log has that partition");
  return *found;
}

std::vector<runtime::OneShot<bool>> MemoryLog::State::take_waiting() {
  return std::exchange(waiting, {});
}

MemoryLog::MemoryLog() : state_(std::make_shared<State>()) {}
MemoryLog::~MemoryLog() = default;

void MemoryLog::create_topic(const std::string& name, std::uint32_t partitions) {
  const runtime::MutexLock lock(state_->mutex);
  state_->topics[name].resize(partitions);
}

Explained<std::unique_ptr<LogProducer>> MemoryLog::producer() {
  const runtime::MutexLock lock(state_->mutex);
  if (!state_->refusal.empty()) return Failure{Errc::unreachable, state_->refusal};
  return make_memory_producer(state_, state_->generation);
}

std::unique_ptr<EventStream> MemoryLog::stream(std::string topic,
                                               std::vector<StreamPosition> positions) {
  return make_memory_stream(state_, std::move(topic), std::move(positions));
}

std::vector<MemoryRecord> MemoryLog::records(const std::string& topic,
                                             std::uint32_t partition) const {
  const runtime::MutexLock lock(state_->mutex);
  const auto& records = state_->at(topic, partition).records;
  return {records.begin(), records.end()};
}

schemas::LogOffset MemoryLog::first_offset(const std::string& topic,
                                           std::uint32_t partition) const {
  const runtime::MutexLock lock(state_->mutex);
  return state_->at(topic, partition).first;
}

void MemoryLog::fail_send_after(std::uint64_t n, Kept kept) {
  const runtime::MutexLock lock(state_->mutex);
  state_->sends_left = n;
  state_->kept = std::move(kept);
}

void MemoryLog::fail_producers(Kept kept) {
  const runtime::MutexLock lock(state_->mutex);
  ++state_->generation;
  state_->kept = std::move(kept);
}

void MemoryLog::refuse_producers(std::string why) {
  const runtime::MutexLock lock(state_->mutex);
  state_->refusal = std::move(why);
}

void MemoryLog::limit_queue(std::size_t records) {
  const runtime::MutexLock lock(state_->mutex);
  state_->queue_limit = records;
}

void MemoryLog::hold_acknowledgements(bool on) {
  const runtime::MutexLock lock(state_->mutex);
  state_->acknowledgements_held = on;
}

void MemoryLog::linger(bool on) {
  const runtime::MutexLock lock(state_->mutex);
  state_->lingering = on;
}

void MemoryLog::stall(const std::string& topic, std::uint32_t partition, bool on) {
  const runtime::MutexLock lock(state_->mutex);
  state_->at(topic, partition).stalled = on;
}

void MemoryLog::truncate(const std::string& topic, std::uint32_t partition,
                         schemas::LogOffset end) {
  const runtime::MutexLock lock(state_->mutex);
  auto& found = state_->at(topic, partition);
  while (found.end() > std::max(end, found.first)) found.records.pop_back();
  // No broker loses records while it is there.
  ++state_->losses;
}

LookAt MemoryLog::look_at() const {
  return [state = state_](const std::map<LogPlace, schemas::LogOffset>& wanted) {
    std::map<LogPlace, StandsThere> out;
    const runtime::MutexLock lock(state->mutex);
    for (const auto& [place, offset] : wanted) {
      const auto* const partition = state->find(std::string(place.topic), place.partition);
      if (partition == nullptr || partition->stalled) continue;
      StandsThere& there = out[place];
      if (offset >= partition->end()) {
        there.what = StandsThere::What::log_ends_before;
      } else if (offset < partition->first) {
        there.what = StandsThere::What::removed;
      } else {
        there.value = partition->records[offset - partition->first].value;
      }
    }
    return runtime::Explained<std::map<LogPlace, StandsThere>>(std::move(out));
  };
}

void MemoryLog::remove_before(const std::string& topic, std::uint32_t partition,
                              schemas::LogOffset first) {
  const runtime::MutexLock lock(state_->mutex);
  auto& found = state_->at(topic, partition);
  for (; found.first < first && !found.records.empty(); ++found.first) found.records.pop_front();
}

void MemoryLog::replace(const std::string& topic, std::uint32_t partition,
                        schemas::LogOffset offset, std::string value) {
  const runtime::MutexLock lock(state_->mutex);
  auto& found = state_->at(topic, partition);
  runtime::check(offset >= found.first && offset < found.end(), "that record is in the log");
  found.records[offset - found.first].value = std::move(value);
}

}  // namespace waybill::ingest

#include "ingest/acked_offsets.h"

#include <functional>
#include <sstream>
#include <utility>

namespace waybill::ingest {

using runtime::Errc;
using runtime::Result;
using schemas::LogOffset;
using schemas::SequenceNumber;

bool AckedOffsets::add(LogPlace place, const AckedRecord& record) {
  auto topic = topics_.find(place.topic);
  if (topic == topics_.end()) topic = topics_.emplace(place.topic, Records()).first;
  const auto [found, fresh] = topic->second.try_emplace(place.partition, record);
  if (fresh) return true;
  const bool ascends = record.offset > found->second.offset;
  if (ascends) found->second = record;
  return ascends;
}

std::map<LogPlace, AckedRecord> AckedOffsets::all() const {
  std::map<LogPlace, AckedRecord> out;
  for (const auto& [topic, records] : topics_) {
    for (const auto& [partition, record] : records) out[{topic, partition}] = record;
  }
  return out;
}

void AckedOffsets::forget(LogPlace place) {
  const auto topic = topics_.find(place.topic);
  if (topic != topics_.end()) topic->second.erase(place.partition);
}

std::string AckedOffsets::text() const {
  std::string out;
  for (const auto& [place, record] : all()) {
    out += std::string(place.topic) + ' ' + std::to_string(place.partition) + ' ' +
           std::to_string(record.offset.value()) + ' ' + std::to_string(record.seq.value()) + '\n';
  }
  return out + "end\n";
}

Result<void> AckedOffsets::read(std::string_view text) {
  AckedOffsets whole;
  std::istringstream in{std::string(text)};
  std::string topic;
  while (in >> topic && topic != "end") {
    std::uint32_t partition = 0;
    std::uint64_t offset = 0;
    std::uint64_t seq = 0;
    if (!(in >> partition >> offset >> seq)) return make_error_code(Errc::invalid);
    whole.topics_[topic][partition] = {LogOffset(offset), SequenceNumber(seq)};
  }
  // A file that was cut off has not got the last line.
  if (topic != "end") return make_error_code(Errc::invalid);
  topics_ = std::move(whole.topics_);
  return {};
}

}  // namespace waybill::ingest

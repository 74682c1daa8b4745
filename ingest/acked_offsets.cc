#include "ingest/acked_offsets.h"

#include <algorithm>
#include <sstream>

#include "schemas/thin_out.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::Result;
using schemas::LogOffset;
using schemas::SequenceNumber;

namespace {

constexpr std::size_t kSamples = 64;  // of each partition

}  // namespace

const AckedOffsets::Partition* AckedOffsets::find(LogPlace place) const {
  const auto topic = topics_.find(place.topic);
  if (topic == topics_.end()) return nullptr;
  const auto found = topic->second.find(place.partition);
  return found == topic->second.end() ? nullptr : &found->second;
}

bool AckedOffsets::add(LogPlace place, LogOffset offset, SequenceNumber seq) {
  auto topic = topics_.find(place.topic);
  if (topic == topics_.end()) topic = topics_.emplace(place.topic, Topic()).first;
  Partition& partition = topic->second[place.partition];
  if (offset < partition.end) return false;
  partition.end = offset + 1;
  partition.samples.push_back({offset, seq});
  if (partition.samples.size() > kSamples) schemas::thin_out(partition.samples);
  return true;
}

std::optional<LogOffset> AckedOffsets::end(LogPlace place) const {
  const Partition* const partition = find(place);
  if (partition == nullptr) return std::nullopt;
  return partition->end;
}

std::optional<SequenceNumber> AckedOffsets::cut(LogPlace place, LogOffset end) {
  auto* const partition = const_cast<Partition*>(find(place));
  if (partition == nullptr) return std::nullopt;
  auto& samples = partition->samples;
  // What stands behind the end may have been sent again, with numbers below those before it.
  std::optional<SequenceNumber> from;
  while (!samples.empty() && samples.back().offset >= end) {
    from = from ? std::min(*from, samples.back().seq) : samples.back().seq;
    samples.pop_back();
  }
  partition->end = end;
  if (samples.empty()) return std::nullopt;
  return from ? std::min(*from, samples.back().seq) : samples.back().seq;
}

std::string AckedOffsets::text() const {
  std::string out;
  for (const auto& [topic, partitions] : topics_) {
    for (const auto& [number, partition] : partitions) {
      for (const Sample& sample : partition.samples) {
        out += topic + ' ' + std::to_string(number) + ' ' + std::to_string(sample.offset.value()) +
               ' ' + std::to_string(sample.seq.value()) + '\n';
      }
    }
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
    const bool ascends = whole.add({topic, partition}, LogOffset(offset), SequenceNumber(seq));
    if (!ascends) return make_error_code(Errc::invalid);
  }
  // A file that was cut off has not got the last line.
  if (topic != "end") return make_error_code(Errc::invalid);
  topics_ = std::move(whole.topics_);
  return {};
}

}  // namespace waybill::ingest

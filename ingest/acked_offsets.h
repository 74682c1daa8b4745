// AckedOffsets: where the records of the journal stand in the log, sampled, so that a log that
// turns out shorter than what it acknowledged (its brokers lost power before they synced) is
// noticed, and gets again what it lost.
//
// Kept beside the journal in a small file, for a power cut rarely takes the brokers alone. One
// thread.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/result.h"
#include "schemas/ordinal.h"

namespace waybill::ingest {

// A partition of a topic. The topic's name is one of schemas/partition.h, or lives as long.
struct LogPlace {
  std::string_view topic;
  std::uint32_t partition = 0;
  friend auto operator<=>(const LogPlace&, const LogPlace&) = default;
};

class AckedOffsets {
 public:
  // The record of that number is at that offset. False: the log had acknowledged it or a later one
  // before, of another record. cut() is then to be told that the log ended there.
  [[nodiscard]] bool add(LogPlace place, schemas::LogOffset offset, schemas::SequenceNumber seq);

  // Behind the greatest offset that was acknowledged; nullopt: none was.
  std::optional<schemas::LogOffset> end(LogPlace place) const;

  // The log ends at `end`, before what it acknowledged, or did: from which record on it may lack
  // some. nullopt: from a time on that is not known any more.
  std::optional<schemas::SequenceNumber> cut(LogPlace place, schemas::LogOffset end);

  // As a file: a line for each sample. One that cannot be read is Errc::invalid and changes
  // nothing.
  std::string text() const;
  runtime::Result<void> read(std::string_view text);

 private:
  struct Sample {
    schemas::LogOffset offset;
    schemas::SequenceNumber seq;
  };
  struct Partition {
    // Ascending offsets. The closer to the end the denser, so that little is sent again.
    std::vector<Sample> samples;
    schemas::LogOffset end;
  };
  const Partition* find(LogPlace place) const;

  using Topic = std::map<std::uint32_t, Partition>;
  std::map<std::string, Topic, std::less<>> topics_;
};

}  // namespace waybill::ingest

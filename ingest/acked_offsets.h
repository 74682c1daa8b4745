// AckedOffsets: which record of the journal the log has acknowledged last in each partition, and
// where, so that a log that lost it (its brokers lost power before they had synced) is noticed.
//
// Kept beside the journal in a small file, for a power cut rarely takes the brokers alone. One
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "ingest/log_place.h"
#include "runtime/result.h"
#include "schemas/ordinal.h"

namespace waybill::ingest {

struct AckedRecord {
  schemas::LogOffset offset;
  schemas::SequenceNumber seq;
  friend bool operator==(const AckedRecord&, const AckedRecord&) = default;
};

class AckedOffsets {
 public:
  // The record is at that offset. False: the log had acknowledged that offset of another one.
  [[nodiscard]] bool add(LogPlace place, const AckedRecord& record);

  // The last one of each.
  std::map<LogPlace, AckedRecord> all() const;

  // What is acknowledged from now on counts alone.
  void forget(LogPlace place);

  // As a file: a line for each partition. One that cannot be read is Errc::invalid and changes
  // nothing.
  std::string text() const;
  runtime::Result<void> read(std::string_view text);

 private:
  using Records = std::map<std::uint32_t, AckedRecord>;
  std::map<std::string, Records, std::less<>> topics_;
};

}  // namespace waybill::ingest

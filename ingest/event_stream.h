// EventStream: the mouth of the log that readers listen to, in order, from a position on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/result.h"
#include "runtime/task.h"

namespace waybill::ingest {

// Where a record stands in the log. The embedded log has one partition, 0; offsets ascend, dense.
struct LogRecord {
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;
  std::string value;  // one serialised schemas::Event
};

class EventStream {
 public:
  virtual ~EventStream() = default;

  // At least one record and at most `most`, ascending and without gaps, waiting until there is one.
  // Errc::closed once close() was called. Errc::not_found if the position asked for was trimmed
  // away already: a reader must never skip silently. Errc::corrupt if stored bytes fail their
  // checksum.
  virtual runtime::Task<runtime::Result<std::vector<LogRecord>>> next(std::size_t most) = 0;

  // Records that are durable and not yet given by next().
  virtual std::uint64_t lag() const = 0;

  // Any thread. Ends a waiting next().
  virtual void close() = 0;
};

}  // namespace waybill::ingest

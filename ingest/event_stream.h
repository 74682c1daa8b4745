// EventStream: the port through which readers get the records of the log, in order, from a position
// on in each of its partitions. LogEnds: how far the log goes.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/failure.h"
#include "runtime/task.h"
#include "runtime/time.h"
#include "schemas/ordinal.h"

namespace waybill::ingest {

// Where a record stands in the log. The embedded log has one partition, 0; offsets ascend, dense,
// in each partition.
struct LogRecord {
  std::uint32_t partition = 0;
  schemas::LogOffset offset;
  std::string value;  // one serialised schemas::Event
};

// SHA-256 of a record's octets.
std::string digest_of_value(std::string_view value);

// Where a reader goes on.
struct StreamPosition {
  std::uint32_t partition = 0;
  schemas::LogOffset next_offset;
  // SHA-256 of the record before it; empty: not known. A log that has another one there was
  // truncated or replaced, and is not the one that was read.
  std::string last_digest;
  // Of the log that it is a position in (EventStream::log_id); empty: not known.
  std::string log_id = {};
};

// A partition ended there when it was asked.
struct LogEnd {
  schemas::LogOffset offset;  // behind its last record
  runtime::Instant asked{};
};

class LogEnds {
 public:
  virtual ~LogEnds() = default;
  // The newest answer; nullopt: none yet, or no partition of ours. Any thread.
  virtual std::optional<LogEnd> of(std::uint32_t partition) const = 0;
  // How long what is on record at a relay may be on its way to a log that takes it.
  virtual std::chrono::milliseconds on_the_way() const { return std::chrono::milliseconds(0); }
};

struct StreamFailure : runtime::Failure {
  // The partition that failed; nullopt: all of them.
  std::optional<std::uint32_t> partition = std::nullopt;
  // The log is the one that was read, but does not go on from the position: it lost what was there,
  // and may have been written anew. An earlier position may fit.
  bool cut = false;
};

template <class T>
using Streamed = boost::system::result<T, StreamFailure>;

class EventStream {
 public:
  virtual ~EventStream() = default;

  // At least one record and at most `most`, in each partition ascending and without gaps, waiting
  // until there is one.
  // Errc::closed once close() was called. Errc::not_found if the position asked for was trimmed
  // away already: a reader must never skip silently. Errc::corrupt if stored bytes fail their
  // checksum.
  virtual runtime::Task<Streamed<std::vector<LogRecord>>> next(std::size_t most) = 0;

  // Which log it is, where logs have names of their own, as Kafka's clusters do; known once next()
  // has given something. Of the reader's thread.
  virtual std::string log_id() const { return {}; }

  // Any thread. Ends a waiting next().
  virtual void close() = 0;
};

}  // namespace waybill::ingest

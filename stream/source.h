// Source: the log as a sink reads it, from a place of its own on.
//
// Used by one thread, that of its sink; behind() and cancel() alone may come from any. Its adapter
// is the archive of the views that are in this process (archive_source.h).
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/clock.h"
#include "runtime/failure.h"
#include "schemas/event.h"
#include "schemas/ordinal.h"

namespace waybill::stream {

// Where an event stands.
struct EventSpot {
  std::uint32_t partition = 0;
  schemas::EventIndex index;
  friend auto operator<=>(const EventSpot&, const EventSpot&) = default;
};

struct SourcedEvent {
  EventSpot at;
  schemas::Event event;
};

class Source {
 public:
  virtual ~Source() = default;

  // Events behind those that were given, in the order of each partition, at most so many. None:
  // there was none by `until`, or cancel() was called. What is lost of the log is passed over, and
  // said in the log.
  virtual runtime::Explained<std::vector<SourcedEvent>> next(std::size_t most,
                                                             runtime::Instant until) = 0;
  // One of those that were given before. Errc::not_found: it is lost.
  virtual runtime::Explained<SourcedEvent> at(const EventSpot& spot) = 0;

  // All that was given is settled: it is not given again. After a crash some of it may be, of the
  // last second.
  virtual runtime::Explained<void> settle() = 0;
  // What was given and is not settled is given again.
  virtual void rewind() = 0;

  // Events in the log that are not settled, as far as it is known. Any thread.
  virtual std::uint64_t behind() const = 0;

  // Whoever waits in next() goes on soon. Any thread.
  virtual void cancel() noexcept = 0;
};

}  // namespace waybill::stream

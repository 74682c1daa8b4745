// Sink: the events of the log on their way to one receiver: a Source, a Mapping, a Transport, and
// what is done about what the receiver says.
//
// Promises (I10): every event that the filter wants is told at least once, in the order of each
// partition but for those that are sent again; a repeat has the same id and the same octets. The
// cursor moves only behind what the receiver has confirmed, by its transport's grade, or what is on
// the disk as a dead letter. Nothing is given up: there is no limit of tries or time. What the
// receiver refuses alone is parked and holds up nobody; what stands in the way of all holds up this
// sink and nothing else.
//
// run() blocks, on a thread of its own; cancel() and status() may come from any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/chance.h"
#include "runtime/mutex.h"
#include "stream/dead_letters.h"
#include "stream/mapping/filter.h"
#include "stream/mapping/mapping.h"
#include "stream/source.h"
#include "stream/transport/transport.h"

namespace waybill::stream {

struct SinkTimes {
  // One answer of the receiver.
  runtime::Duration patience = std::chrono::seconds(30);
  // The first pause where the receiver is away, doubled up to the longest; each by chance between
  // half of it and all of it, so that many sinks do not come back at once.
  runtime::Duration first_pause = std::chrono::milliseconds(200);
  runtime::Duration longest_pause = std::chrono::seconds(60);
  // Where somebody has to mend the receiver's setup, or ours.
  runtime::Duration longest_setup_pause = std::chrono::minutes(5);
  // What the receiver asks for (Retry-After) is kept up to this.
  runtime::Duration longest_asked_pause = std::chrono::hours(1);
  // How often it is asked whether all was read, where nothing says so by itself.
  runtime::Duration confirm_every = std::chrono::seconds(5);
};

// Records that were sent and are not confirmed, at most: what a receiver's end costs in repeats.
inline constexpr std::size_t kMostOpen = 20'000;

enum class SinkState : std::uint8_t {
  starting,  // nothing was sent yet
  running,
  waiting,  // the receiver is away or busy; it is tried again
  stuck,    // somebody has to mend something; it is tried again, slowly
};
std::string_view word(SinkState state);

struct SinkStatus {
  SinkState state = SinkState::starting;
  Grade grade = Grade::sent;
  std::string why{};                                // where it is waiting or stuck
  std::optional<runtime::WallTime> since{};         // when it came to that
  std::optional<runtime::WallTime> confirmed_at{};  // when something was last confirmed
  std::uint64_t behind = 0;                         // events that are not settled
  std::uint64_t confirmed = 0;                      // records, repeats among them, since the start
  std::uint64_t repeats = 0;                        // that the receiver had already
  std::uint64_t dead = 0;                           // that were parked
  std::uint64_t unnamed_refusals = 0;               // that it refused without saying which
  std::uint64_t left_out = 0;                       // events that the filter does not want
};

// All of it outlives the sink.
struct SinkParts {
  Source* source = nullptr;
  const Mapping* mapping = nullptr;
  Transport* transport = nullptr;
  DeadLetters* dead_letters = nullptr;
  runtime::Clock* clock = nullptr;
  runtime::Chance* chance = nullptr;
};

class Sink {
 public:
  Sink(std::string name, Filter filter, SinkParts parts, SinkTimes times = {});

  // Until cancel().
  void run();
  void cancel() noexcept;
  SinkStatus status() const;

  const std::string& name() const { return name_; }

 private:
  struct Sent;

  bool cancelled() const;
  void fill();
  bool take_retries();
  void take(SourcedEvent sourced);
  void send_some();
  std::size_t next_chunk() const;
  void learn(std::size_t count, Outcome outcome);
  void warn_of_refusals(const Outcome& outcome, const std::string& first,
                        const std::string& last) const;
  // False: they could not be put on the disk, and are still to be sent.
  bool park(const std::vector<DeadLetter>& letters);
  // What reading the log, or saying where we are in it, has come to.
  bool is_well(const runtime::Explained<void>& done);
  void hold_up(SinkState state, const runtime::Failure& why,
               std::optional<runtime::Duration> asked = std::nullopt);
  void go_on();
  void begin_again();
  void end_batch();
  bool confirm();
  void pause(runtime::Duration pause);
  runtime::Instant deadline(runtime::Duration patience) const;
  template <class Change>
  void tell(Change change);

  const std::string name_;
  const Filter filter_;
  const SinkParts parts_;
  const SinkTimes times_;

  // What was read and is not confirmed or open, and where it stands: one each.
  std::vector<Record> records_;
  std::vector<EventSpot> spots_;
  std::vector<DeadLetter> unmade_;  // of events that are no record, to be parked
  bool retrying_ = false;           // what was read are dead letters
  bool held_by_source_ = false;     // what holds it up is no receiver's doing
  std::size_t chunk_ = 0;           // records of the next batch, at most
  std::size_t open_ = 0;            // records that were sent and are not confirmed
  runtime::Instant confirm_at_{};
  runtime::Duration pause_{0};  // the last one; 0: all is well

  mutable runtime::Mutex mutex_;
  runtime::ConditionVariable woken_;
  bool cancelled_ WAYBILL_GUARDED_BY(mutex_) = false;
  SinkStatus status_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::stream

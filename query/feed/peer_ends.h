// PeerEnds: of the partitions that are on other nodes, how far they can be read there, as all
// readers of this node know it together: one asks (app/cluster/end_poller.h), and a thousand wait
// here.
//
// A partition is in reach while an owner of it answers. One that is not has no events, to its
// readers, until it is again; missing() names it. Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "projector/archive/archive_end.h"
#include "runtime/clock.h"
#include "runtime/mutex.h"
#include "schemas/ordinal.h"

namespace waybill::query::feed {

class PeerEnds {
 public:
  // A reader who is slow to take a piece is silent for so long (http::StreamLimits::write), and is
  // one still.
  static constexpr std::chrono::seconds kWantedFor{60};

  struct State {
    bool in_reach = false;
    schemas::EventIndex end;           // where it is in reach
    std::string owner;                 // who answered for it last
    std::optional<std::uint64_t> lag;  // events in the log and not in its views
  };

  // `partitions` ascending. The clock outlives it.
  PeerEnds(std::vector<std::uint32_t> partitions, const runtime::Clock& clock);
  ~PeerEnds() { close(); }
  PeerEnds(const PeerEnds&) = delete;
  PeerEnds& operator=(const PeerEnds&) = delete;

  const std::vector<std::uint32_t>& partitions() const { return partitions_; }
  // Of one of them, as below.
  projector::ArchiveEnd& end(std::uint32_t partition);
  State state(std::uint32_t partition) const;
  std::vector<std::uint32_t> missing() const;  // ascending
  // It is a higher number after missing() has changed; who waits for that waits there for the event
  // of that index.
  std::uint64_t changes() const { return changes_.index().value(); }
  projector::ArchiveEnd& changed() { return changes_; }
  // Of every partition it is known whether it is in reach.
  bool settled() const;

  // Somebody reads: for kWantedFor from now on it is asked how far the partitions are.
  void want();
  bool wanted() const;
  // False: not by then, or close() was called. Blocks.
  bool wait_until_wanted(runtime::Duration most);

  // By whoever asks. An owner has answered:
  void learned(std::uint32_t partition, schemas::EventIndex end, std::optional<std::uint64_t> lag,
               const std::string& owner);
  // No owner is known, or none has answered:
  void lost(std::uint32_t partition);
  // Nobody asks from now on, and what is known grows old.
  void forget();

  // Ends the waits whose time has passed, as ArchiveEnd's.
  void expire(runtime::Instant now);
  // Ends all waits, and those to come.
  void close();
  bool closed() const;

 private:
  struct One {
    projector::ArchiveEnd end;
    State state;
    bool settled = false;
  };
  One& at(std::uint32_t partition) const;
  void tell_change() WAYBILL_REQUIRES(mutex_);

  const std::vector<std::uint32_t> partitions_;
  const runtime::Clock& clock_;
  mutable runtime::Mutex mutex_;
  runtime::ConditionVariable told_;
  // By place in `partitions_`. Their ends have locks of their own.
  const std::vector<std::unique_ptr<One>> all_;
  projector::ArchiveEnd changes_;  // what it ends before are changes of missing()
  runtime::Instant wanted_until_ WAYBILL_GUARDED_BY(mutex_){};
  bool closed_ WAYBILL_GUARDED_BY(mutex_) = false;
};

}  // namespace waybill::query::feed

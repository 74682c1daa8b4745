// SilentNodes: the nodes that gave no answer a moment ago, so that a question need not wait for
// each of them again. Any thread.
//
// A node is silent for kSilenceKept after a question to it got no answer, unless it has answered
// another one that was asked later. While it is, one question at a time is let through to it: it is
// found again as soon as it answers, and costs one asker a wait and not all of them.
#pragma once

#include <map>
#include <string>

#include "runtime/clock.h"
#include "runtime/mutex.h"
#include "runtime/time.h"

namespace waybill::app {

class SilentNodes {
 public:
  // A restart takes about that long.
  static constexpr std::chrono::seconds kSilenceKept{5};

  // The clock outlives it.
  explicit SilentNodes(const runtime::Clock& clock) : clock_(clock) {}

  bool silent(const std::string& node) const;

  // Whether the node may be asked now. After a yes the caller says what came of it, exactly once.
  bool admit(const std::string& node);
  void answered(const std::string& node);
  void unanswered(const std::string& node, runtime::Instant asked);

 private:
  struct Entry {
    runtime::Instant answered{};
    runtime::Instant silent_until{};
    bool tried = false;  // the one question is under way
  };

  const runtime::Clock& clock_;
  mutable runtime::Mutex mutex_;
  // As many as the cluster has had since the start of this process.
  std::map<std::string, Entry> nodes_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::app

// EndPoller: asks other nodes how far the partitions that they have can be read, for all readers of
// the feed on this one (query/feed/peer_ends.h): one question a node at a time, however many
// readers there are, and none while there are none.
//
// Where it finds nobody it asks again a second later: so long a node that is back is not seen. One
// thread of its own, from start to end.
#pragma once

#include <thread>

#include "app/cluster/cluster_peers.h"
#include "app/cluster/ends_chain.h"
#include "query/feed/peer_ends.h"
#include "runtime/mutex.h"

namespace waybill::app {

class EndPoller {
 public:
  // What is referred to outlives it.
  EndPoller(ClusterParts parts, query::feed::PeerEnds& ends);
  ~EndPoller();
  EndPoller(const EndPoller&) = delete;
  EndPoller& operator=(const EndPoller&) = delete;

  // It asks no more; its end then waits for the question under way.
  void stop();

 private:
  void run();
  bool is_stopping() const;
  void ask_for_a_round();
  void pause_until(runtime::Instant until);

  const ClusterParts parts_;
  query::feed::PeerEnds& ends_;
  EndsChain::KnownEnds known_;
  mutable runtime::Mutex mutex_;
  runtime::ConditionVariable told_;
  bool stopping_ WAYBILL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace waybill::app

// LogDoubts: whether the log still has what it acknowledged, after something happened that may have
// taken it: a broker was lost, a producer failed, this process began.
//
// Kafka's acknowledgement says that the brokers have a record in memory. Where they lose power it
// may be gone, and what others wrote since may stand at its offset and beyond: the end of a
// partition proves nothing, only the record that was acknowledged last before the doubt.
// Any thread.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "ingest/acked_offsets.h"
#include "ingest/journal_store.h"
#include "ingest/log_place.h"
#include "runtime/mutex.h"

namespace waybill::ingest {

class LogDoubts {
 public:
  // The log may have lost these and what stands before them.
  void add(const std::map<LogPlace, AckedRecord>& acked);

  bool any() const;

  // Looks at one doubt of each partition; what answers and is as it was is no doubt any more. May
  // wait for brokers.
  void look(const LookAt& look_at, const JournalStore& journal);

  // The partitions that turned out to lack records, once each; nothing of them is in doubt then.
  std::set<LogPlace> take_lost();

 private:
  struct Doubt {
    LogPlace place;
    AckedRecord record;
    friend bool operator==(const Doubt&, const Doubt&) = default;
  };
  std::map<LogPlace, AckedRecord> oldest() const;

  mutable runtime::Mutex mutex_;
  std::vector<Doubt> doubts_ WAYBILL_GUARDED_BY(mutex_);  // oldest first
  std::set<LogPlace> lost_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::ingest

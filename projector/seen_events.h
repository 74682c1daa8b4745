// SeenEvents: whether an event is in the archive already, where its number does not say so.
//
// It is asked about repeats and about what comes late: a message is looked up once in a batch,
// whatever is asked of it. One thread; the store outlives it.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <cstring>

#include "projector/rows/view_store.h"
#include "runtime/result.h"
#include "schemas/event.h"
#include "schemas/ids.h"

namespace waybill::projector {

class SeenEvents {
 public:
  enum class Answer { no, yes };

  explicit SeenEvents(const ViewReader& store) : store_(store) {}

  // Forgets what it knows: the store may have changed.
  void begin_batch();
  // The event is in the batch and not in the store yet.
  void add(const schemas::Event& event);
  // Whether it is in the batch or in the store, by its id. Of an event that names no message or has
  // no id nobody can tell: it counts as seen, for its number was given before.
  runtime::Result<Answer> contain(const schemas::Event& event);

 private:
  // RFC 9562 5.7: the half at the end is random.
  struct RandomHalf {
    template <class Id>
    std::size_t operator()(const Id& id) const {
      std::size_t half = 0;
      std::memcpy(&half, id.octets().data() + 8, sizeof half);
      return half;
    }
  };
  template <class Id>
  using Ids = boost::unordered_flat_set<Id, RandomHalf>;

  runtime::Result<void> look_up(const schemas::MessageId& message);

  const ViewReader& store_;
  // As many as a batch brings, and the events of the messages that were looked up for it.
  Ids<schemas::EventId> events_;
  Ids<schemas::MessageId> messages_;  // all of whose events in the store are in events_
};

}  // namespace waybill::projector

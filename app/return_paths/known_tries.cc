#include "app/return_paths/known_tries.h"

#include <map>
#include <set>

#include "app/return_paths/try_events.h"

namespace waybill::app {

using relay::plan::TryKey;
using runtime::Result;
using schemas::DeliveryId;
using schemas::Event;

namespace {

// Messages that their senders were asked to send again, or that a crash left without an answer.
std::set<std::string> left_open(const std::vector<Event>& events) {
  std::set<std::string> out;
  for (const Event& event : events) {
    if (leaves_open(event)) out.insert(event.message_id());
  }
  return out;
}

}  // namespace

Result<std::size_t> learn_tries(const projector::History& history, runtime::WallTime now,
                                relay::plan::Tries& tries) {
  const auto events = history.tries(now - schemas::kDoneLife, relay::plan::kMostTries);
  if (!events) return events.error();
  const std::set<std::string> open = left_open(*events);
  std::size_t learned = 0;
  std::map<DeliveryId, TryKey> put_off;  // one that had many tries is looked at once
  for (const Event& event : *events) {
    const auto id = DeliveryId::from_bytes(event.delivery_id());
    if (!id) continue;
    const runtime::WallTime at = schemas::wall_time(event.occurred_at());
    if (event.has_forwarded() && open.contains(event.message_id())) {
      if (!has_content(event)) continue;
      tries.remember_done(key_of_try(event), event.forwarded().content_digest(), *id, at);
      ++learned;
    } else if (event.has_deferred() && now - at < schemas::kRetryLife) {
      put_off[*id] = key_of_try(event);
    }
  }
  for (const auto& [id, key] : put_off) {
    // It may have gone through since.
    const auto delivery = history.delivery(id, schemas::Sight::all());
    if (!delivery) return delivery.error();
    if (delivery->state != "deferred") continue;
    tries.put_off(key, id);
    ++learned;
  }
  return learned;
}

}  // namespace waybill::app

#include "app/return_paths/heard_tries.h"

#include "app/return_paths/try_events.h"

namespace waybill::app {

using runtime::WallTime;
using schemas::DeliveryId;
using schemas::Event;

HeardTries::Message& HeardTries::message_of(const Event& event) {
  const auto [found, fresh] = messages_.try_emplace(event.message_id());
  if (!fresh) return found->second;
  order_.push_back(event.message_id());
  if (order_.size() > kMostMessagesHeard) {
    messages_.erase(order_.front());
    order_.pop_front();
  }
  return found->second;
}

void HeardTries::remember(const Done& done) {
  tries_.remember_done(done.key, done.digest, done.delivery, done.at);
}

void HeardTries::hear(const Event& event, WallTime now) {
  const WallTime at = schemas::wall_time(event.occurred_at());
  if (event.node() == own_ && at >= start_) return;
  const auto id = DeliveryId::from_bytes(event.delivery_id());
  if (!id) return;
  Message& message = message_of(event);
  if (leaves_open(event) && !message.open) {
    message.open = true;
    for (const Done& done : message.done) remember(done);
    message.done.clear();
  }
  if (event.has_deferred()) {
    if (now - at < schemas::kRetryLife) tries_.hear_put_off(key_of_try(event), *id);
    return;
  }
  tries_.hear_spent(key_of_try(event), *id);
  if (!has_content(event) || now - at >= schemas::kDoneLife) return;
  const Done done{key_of_try(event), event.forwarded().content_digest(), *id, at};
  if (message.open) {
    remember(done);
  } else {
    message.done.push_back(done);
  }
}

}  // namespace waybill::app

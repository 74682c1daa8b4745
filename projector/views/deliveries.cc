#include "projector/views/deliveries.h"

#include "projector/rows/key_codec.h"
#include "projector/views/destination.h"
#include "schemas/kind.h"

namespace waybill::projector {
namespace {

using schemas::Event;
namespace pb = schemas::pb;

// What the event would make of a delivery that nothing is known of yet.
DeliveryState state_said_by(const Event& event) {
  switch (event.body_case()) {
    case Event::kForwarded: return DeliveryState::forwarded;
    case Event::kRejected: return DeliveryState::rejected;
    case Event::kDeferred: return DeliveryState::deferred;
    case Event::kDropped: return DeliveryState::dropped;
    case Event::kInDoubt: return DeliveryState::in_doubt;
    case Event::kBounced:
      if (event.bounced().class_() == pb::BOUNCE_CLASS_DELIVERED) return DeliveryState::delivered;
      if (schemas::says_bounced(event.bounced().class_())) return DeliveryState::bounced;
      return DeliveryState::accepted;
    case Event::kAccepted:
    case Event::kControl:
    case Event::kAccess:
    case Event::BODY_NOT_SET: break;
  }
  return DeliveryState::accepted;
}

bool may_follow(DeliveryState now, DeliveryState next) {
  if (next >= DeliveryState::bounced) {
    // A report can overtake the record of the hand-over, and it proves one that was in doubt.
    return now == DeliveryState::accepted || now == DeliveryState::in_doubt ||
           now == DeliveryState::forwarded;
  }
  return now <= DeliveryState::deferred && next > now;
}

// The acceptance knows best; of other events the first to name something is taken. A report's own
// envelope says nothing of who sent the message.
void take_envelope(const Event& event, DeliveryRow& row) {
  const bool best = event.has_accepted();
  if (best || row.alias.empty()) row.alias = event.alias();
  if (best || row.domain.empty()) row.domain = event.domain();
  if (best || row.message_id.empty()) row.message_id = event.message_id();
  if (event.has_sender() && (best || (!row.sender && !event.has_bounced()))) {
    row.sender = event.sender();
  }
}

}  // namespace

DeliveryState state_after(DeliveryState now, const Event& event) {
  const DeliveryState next = state_said_by(event);
  return may_follow(now, next) ? next : now;
}

runtime::Result<void> Deliveries::fold_one(std::string_view delivery_id, std::string_view target,
                                           const Event& event, ArchivePlace place, Rows& rows) {
  if (delivery_id.size() != kIdOctets) return {};
  const auto stored = rows.get(Table::deliveries, delivery_id);
  if (!stored) return stored.error();
  DeliveryRow row;
  if (*stored) {
    const auto read = read_delivery_row(**stored);
    if (!read) return read.error();
    row = *read;
  } else {
    row.changed_at = event.occurred_at();
  }

  take_envelope(event, row);
  if (event.has_accepted() || row.target.empty()) row.target = target;
  if (event.has_accepted()) row.accepted_at = event.occurred_at();
  if (const DeliveryState next = state_after(row.state, event); next != row.state) {
    row.state = next;
    row.changed_at = event.occurred_at();
  }
  indexes_ = row.indexes;
  append_index(indexes_, place.index);
  row.indexes = indexes_;

  row_.clear();
  append_delivery_row(row, row_);
  rows.put(Table::deliveries, delivery_id, row_);
  return {};
}

runtime::Result<void> Deliveries::list_report(const Event& event, ArchivePlace place, Rows& rows) {
  const auto stored = rows.get(Table::deliveries, event.reported_delivery_id());
  if (!stored) return stored.error();
  if (!*stored) return {};
  const auto read = read_delivery_row(**stored);
  if (!read) return read.error();
  DeliveryRow row = *read;
  indexes_ = row.indexes;
  append_index(indexes_, place.index);
  row.indexes = indexes_;
  row_.clear();
  append_delivery_row(row, row_);
  rows.put(Table::deliveries, event.reported_delivery_id(), row_);
  return {};
}

runtime::Result<void> Deliveries::fold(const Event& event, ArchivePlace place, Rows& rows) {
  const schemas::KindTraits* const kind = schemas::find_kind(event.body_case());
  if (kind == nullptr || !kind->speaks_of_delivery) return {};
  if (event.reported_delivery_id().size() == kIdOctets) {
    const auto listed = list_report(event, place, rows);
    if (!listed) return listed;
  }
  if (event.has_accepted() && event.accepted().targets_size() > 0) {
    for (const auto& chosen : event.accepted().targets()) {
      const auto folded = fold_one(chosen.delivery_id(), chosen.target(), event, place, rows);
      if (!folded) return folded;
    }
    return {};
  }
  return fold_one(event.delivery_id(), target_of(event), event, place, rows);
}

}  // namespace waybill::projector

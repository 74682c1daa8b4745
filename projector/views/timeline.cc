#include "projector/views/timeline.h"

#include "projector/views/timeline_row.h"

namespace waybill::projector {
namespace {

// Some 10 MiB; a hash costs about as much as the rest of a row.
constexpr std::size_t kRememberedPrefixes = 1 << 16;

std::string joined_targets(const schemas::pb::Accepted& accepted) {
  std::string all;
  for (const auto& chosen : accepted.targets()) {
    if (!all.empty()) all += ", ";
    all += chosen.target();
  }
  return all;
}

}  // namespace

const Prefix& Timeline::prefix_of(Role role, std::string_view address) {
  address_.assign(1, static_cast<char>(role));
  address_ += address;
  if (const auto known = prefixes_.find(address_); known != prefixes_.end()) return known->second;
  if (prefixes_.size() >= kRememberedPrefixes) prefixes_.clear();
  return prefixes_.emplace(address_, timeline_prefix(role, address)).first->second;
}

void Timeline::put(Role role, std::string_view address, const schemas::Event& event, Place place,
                   Rows& rows) {
  if (address.empty()) return;
  key_.clear();
  append_timeline_key(key_, prefix_of(role, address), event.occurred_at(), place.index);
  rows.put(Table::timeline, key_, row_);
}

runtime::Result<void> Timeline::fold(const schemas::Event& event, Place place, Rows& rows) {
  if (event.body_case() == schemas::Event::BODY_NOT_SET) return {};
  const bool several = event.has_accepted() && event.accepted().targets_size() > 1;
  std::string_view target = target_of(event);
  std::string_view delivery_id = event.delivery_id();
  std::string all;
  if (several) {
    all = joined_targets(event.accepted());
    target = all;
  } else if (event.has_accepted() && event.accepted().targets_size() == 1) {
    target = event.accepted().targets(0).target();
    delivery_id = event.accepted().targets(0).delivery_id();
  }

  row_.clear();
  append_timeline_row(event, target, delivery_id, row_);
  put(Role::alias, event.alias(), event, place, rows);
  put(Role::sender, event.sender(), event, place, rows);
  if (!several) {
    put(Role::target, target, event, place, rows);
    return {};
  }
  for (const auto& chosen : event.accepted().targets()) {
    row_.clear();
    append_timeline_row(event, chosen.target(), chosen.delivery_id(), row_);
    put(Role::target, chosen.target(), event, place, rows);
  }
  return {};
}

}  // namespace waybill::projector

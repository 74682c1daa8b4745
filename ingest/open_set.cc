#include "ingest/open_set.h"

#include "schemas/kind.h"

namespace waybill::ingest {

OpenSet::OpenSet(const std::vector<OpenDelivery>& before) {
  for (const OpenDelivery& one : before) open_[one.delivery_id] = one.accepted_seq;
}

// The rules are the journal's (Journal::begin).
void OpenSet::add(const schemas::Event& event, schemas::SequenceNumber seq) {
  if (event.has_accepted()) {
    for (const auto& target : event.accepted().targets()) open_[target.delivery_id()] = seq;
  } else if (schemas::ends_acceptance(event)) {
    open_.erase(event.delivery_id());
  }
}

std::vector<OpenDelivery> OpenSet::all() const {
  std::vector<OpenDelivery> out;
  out.reserve(open_.size());
  for (const auto& [id, seq] : open_) out.push_back({id, seq});
  return out;
}

}  // namespace waybill::ingest

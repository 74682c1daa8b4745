#include "projector/views/messages.h"

#include "schemas/ids.h"
#include "schemas/kind.h"

namespace waybill::projector {

bool is_found_by_delivery(const schemas::Event& event) {
  const schemas::KindTraits* const kind = schemas::find_kind(event.body_case());
  if (kind == nullptr || !kind->speaks_of_delivery || event.has_bounced()) return false;
  const bool chosen = event.has_accepted() && event.accepted().targets_size() > 0;
  const std::string& delivery =
      chosen ? event.accepted().targets(0).delivery_id() : event.delivery_id();
  return schemas::delivery_number(delivery, event.message_id()) != 0;
}

runtime::Result<void> Messages::fold(const schemas::Event& event, ArchivePlace place, Rows& rows) {
  const std::string_view message_id = event.message_id();
  if (event.body_case() == schemas::Event::BODY_NOT_SET || message_id.size() != kIdOctets) {
    return {};
  }
  if (!is_found_by_delivery(event)) {
    key_.clear();
    append_message_key(key_, message_id, place.index);
    rows.put(Table::messages, key_, {});
  }
  if (!event.has_accepted()) return {};
  const std::string_view rfc5322 = bare_message_id(event.accepted().rfc5322_message_id());
  if (rfc5322.empty()) return {};
  key_.clear();
  append_rfc5322_key(key_, rfc5322, message_id);
  rows.put(Table::messages, key_, {});
  return {};
}

}  // namespace waybill::projector

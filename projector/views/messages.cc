#include "projector/views/messages.h"

namespace waybill::projector {

runtime::Result<void> Messages::fold(const schemas::Event& event, ArchivePlace place, Rows& rows) {
  const std::string_view message_id = event.message_id();
  if (event.body_case() == schemas::Event::BODY_NOT_SET || message_id.size() != kIdOctets) {
    return {};
  }
  key_.clear();
  append_message_key(key_, message_id, place.index);
  rows.put(Table::messages, key_, {});
  if (!event.has_accepted()) return {};
  const std::string_view rfc5322 = bare_message_id(event.accepted().rfc5322_message_id());
  if (rfc5322.empty()) return {};
  key_.clear();
  append_rfc5322_key(key_, rfc5322, message_id);
  rows.put(Table::messages, key_, {});
  return {};
}

}  // namespace waybill::projector

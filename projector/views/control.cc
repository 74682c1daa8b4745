#include "projector/views/control.h"

namespace waybill::projector {

runtime::Result<void> Control::fold(const schemas::Event& event, ArchivePlace place, Rows& rows) {
  if (!event.has_control()) return {};
  const schemas::pb::ControlChanged& control = event.control();
  // A zero octet would make two keys of different things alike.
  if (control.subject().empty() || control.subject().find('\0') != std::string::npos) return {};
  std::string row;
  append_be64(row, place.index.value());
  rows.put(Table::control, control_prefix(control.subject()) + control.subject_id(), row);
  return {};
}

}  // namespace waybill::projector

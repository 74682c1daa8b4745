#include "projector/view_store.h"

#include "runtime/check.h"

namespace waybill::projector {

std::string_view name_of(Table table) {
  switch (table) {
    case Table::meta: return "meta";
    case Table::archive: return "archive";
    case Table::timeline: return "timeline";
    case Table::deliveries: return "deliveries";
    case Table::messages: return "messages";
    case Table::counters: return "counters";
    case Table::return_paths: return "return_paths";
  }
  runtime::check(false, "a table is one of kTables");
  return {};
}

}  // namespace waybill::projector

#include "projector/views/accesses.h"

namespace waybill::projector {
namespace {

void put(std::string key, ArchivePlace place, Rows& rows) {
  append_falling(key, place.index.value());
  rows.put(Table::accesses, key, {});
}

}  // namespace

runtime::Result<void> Accesses::fold(const schemas::Event& event, ArchivePlace place, Rows& rows) {
  if (!event.has_access()) return {};
  const schemas::pb::Accessed& access = event.access();
  put(all_accesses_prefix(), place, rows);
  if (!access.subject().empty()) put(accesses_of_subject_prefix(access.subject()), place, rows);
  if (!access.principal().empty()) {
    put(accesses_by_principal_prefix(access.principal()), place, rows);
  }
  return {};
}

}  // namespace waybill::projector

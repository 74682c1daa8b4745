#include "http/fields.h"

#include "runtime/ascii.h"

namespace waybill::http {

std::string_view find_field(const Fields& fields, std::string_view name) {
  for (const auto& [own, value] : fields) {
    if (runtime::ascii::equal(own, name)) return value;
  }
  return {};
}

}  // namespace waybill::http

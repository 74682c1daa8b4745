#include "projector/views/spelling.h"

#include "runtime/ascii.h"

namespace waybill::projector {

void append_common_spelling(std::string& out, std::string_view address, Spellings spellings) {
  // A domain has no "@", a quoted local part may.
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos) {
    out += address;
    return;
  }
  std::string_view local = address.substr(0, at);
  if (spellings.any_tag && !local.starts_with('"')) {
    const std::size_t mark = local.find('+');
    if (mark != 0) local = local.substr(0, mark);
  }
  for (const char c : local) out += spellings.any_case ? runtime::ascii::lower(c) : c;
  out += address.substr(at);
}

std::string common_spelling(std::string_view address, Spellings spellings) {
  std::string out;
  append_common_spelling(out, address, spellings);
  return out;
}

}  // namespace waybill::projector

// Domain names as text, the way SPF and DMARC compare them: ASCII, in any case, no trailing
// dot. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace waybill::runtime::dns {

// Both in lower case.
inline bool is_at_or_under(std::string_view name, std::string_view domain) {
  if (name == domain) return true;
  return name.size() > domain.size() && name.ends_with(domain) &&
         name[name.size() - domain.size() - 1] == '.';
}

}  // namespace waybill::runtime::dns

// The one step of the readers here: records, policy files and the book are split at marks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace waybill::relay::sts {

// What stands before the first `mark`, or all; `rest` is what stands behind it.
inline std::string_view take(std::string_view& rest, char mark) {
  const std::size_t at = std::min(rest.find(mark), rest.size());
  const std::string_view out = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return out;
}

}  // namespace waybill::relay::sts

#include "runtime/base64.h"

#include <algorithm>
#include <cstdint>

namespace waybill::runtime {

std::string encode_base64(std::string_view octets) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((octets.size() + 2) / 3 * 4);
  for (; !octets.empty(); octets.remove_prefix(std::min<std::size_t>(octets.size(), 3))) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < octets.size() ? static_cast<std::uint8_t>(octets[i]) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= octets.size() ? kDigits[bits >> (18 - 6 * i) & 0x3f] : '=';
    }
  }
  return out;
}

}  // namespace waybill::runtime

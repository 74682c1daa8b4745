#include "http/trace.h"

#include <algorithm>
#include <array>

#include "runtime/hex.h"

namespace waybill::http {
namespace {

constexpr std::size_t kTraceparent = 55;

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
  return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

bool is_traceparent(std::string_view text) {
  return text.size() == kTraceparent && text.starts_with("00-") && text[35] == '-' &&
         text[52] == '-' && is_id(text.substr(3, 32)) && is_id(text.substr(36, 16)) &&
         is_hex(text.substr(53));
}

std::string new_traceparent(runtime::Chance& chance) {
  std::array<std::uint8_t, 24> ids;
  chance.fill(ids);
  ids[0] |= 1;  // neither may be zero
  ids[16] |= 1;
  const std::string hex = runtime::hex(ids);
  return "00-" + hex.substr(0, 32) + "-" + hex.substr(32) + "-01";
}

}  // namespace waybill::http

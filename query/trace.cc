#include "query/trace.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "runtime/crypto.h"
#include "runtime/hex.h"

namespace waybill::query {
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

std::optional<std::vector<std::uint32_t>> parse_partitions(std::string_view text) {
  std::vector<std::uint32_t> out;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (;;) {
    std::uint32_t number = 0;
    const auto [stopped, error] = std::from_chars(at, end, number);
    const bool leading_zero = stopped - at > 1 && *at == '0';
    if (error != std::errc() || leading_zero) return std::nullopt;
    if (!out.empty() && number <= out.back()) return std::nullopt;
    out.push_back(number);
    if (stopped == end) return out;
    if (*stopped != ',') return std::nullopt;
    at = stopped + 1;
  }
}

std::string write_partitions(const std::vector<std::uint32_t>& partitions) {
  std::string out;
  for (const std::uint32_t partition : partitions) {
    if (!out.empty()) out += ',';
    out += std::to_string(partition);
  }
  return out;
}

}  // namespace waybill::query

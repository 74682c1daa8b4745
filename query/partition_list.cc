#include "query/partition_list.h"

#include <charconv>

namespace waybill::query {

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

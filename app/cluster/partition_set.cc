#include "app/cluster/partition_set.h"

#include <charconv>
#include <optional>
#include <set>
#include <string>

namespace waybill::app {

using runtime::Errc;
using runtime::Failure;

namespace {

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

}  // namespace

runtime::Explained<std::vector<std::uint32_t>> parse_partition_set(std::string_view text,
                                                                   std::uint32_t count) {
  std::set<std::uint32_t> out;
  const bool all = text == "all";
  for (std::uint32_t i = 0; all && i < count; ++i) out.insert(i);
  while (!all) {
    const std::size_t comma = text.find(',');
    const std::string_view part = text.substr(0, comma);
    const std::size_t dash = part.find('-');
    const auto first = parse_number(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_number(part.substr(dash + 1));
    if (!first || !last || *first > *last) {
      return Failure{Errc::invalid,
                     "expected numbers and ranges such as \"0-11\" or \"0,3,5-7\", or \"all\", "
                     "found \"" +
                         std::string(part) + "\""};
    }
    if (*last >= count) {
      return Failure{Errc::invalid, "the log has partitions 0 to " + std::to_string(count - 1) +
                                        " (kafka.partitions), found " + std::to_string(*last)};
    }
    for (std::uint32_t i = *first; i <= *last; ++i) out.insert(i);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return std::vector<std::uint32_t>(out.begin(), out.end());
}

}  // namespace waybill::app

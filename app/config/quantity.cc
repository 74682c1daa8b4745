#include "app/config/quantity.h"

#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace waybill::app {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 7> kOctetUnits = {{{"B", 1},
                                              {"KB", 1'000},
                                              {"MB", 1'000'000},
                                              {"GB", 1'000'000'000},
                                              {"KiB", 1ULL << 10},
                                              {"MiB", 1ULL << 20},
                                              {"GiB", 1ULL << 30}}};
constexpr std::array<Unit, 4> kTimeUnits = {{{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}}};

// What quantities are written in, largest first.
constexpr std::array<Unit, 3> kOctetsWritten = {kOctetUnits[6], kOctetUnits[5], kOctetUnits[4]};
constexpr std::array<Unit, 3> kTimesWritten = {kTimeUnits[3], kTimeUnits[2], kTimeUnits[1]};

std::optional<std::uint64_t> parse_quantity(std::string_view text, std::span<const Unit> units) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc()) return std::nullopt;
  std::string_view name(rest, static_cast<std::size_t>(end - rest));
  if (name.starts_with(' ')) name.remove_prefix(1);
  for (const Unit& unit : units) {
    if (name != unit.name) continue;
    if (number > std::numeric_limits<std::uint64_t>::max() / unit.factor) return std::nullopt;
    return number * unit.factor;
  }
  return std::nullopt;
}

std::string quantity_text(std::uint64_t number, std::span<const Unit> units,
                          std::string_view smallest) {
  for (const Unit& unit : units) {
    if (number < unit.factor || number % unit.factor != 0) continue;
    return std::to_string(number / unit.factor).append(" ").append(unit.name);
  }
  return std::to_string(number).append(" ").append(smallest);
}

}  // namespace

std::optional<std::uint64_t> parse_octets(std::string_view text) {
  return parse_quantity(text, kOctetUnits);
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  const auto seconds = parse_quantity(text, kTimeUnits);
  if (!seconds || *seconds > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

std::string octets_text(std::uint64_t octets) { return quantity_text(octets, kOctetsWritten, "B"); }

std::string duration_text(std::chrono::seconds time) {
  return quantity_text(static_cast<std::uint64_t>(time.count()), kTimesWritten, "s");
}

}  // namespace waybill::app

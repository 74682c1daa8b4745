#include "tools/doctor/wording.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace waybill::tools::doctor {

std::string about_octets(std::uint64_t octets) {
  constexpr std::array<const char*, 4> kUnits = {"KiB", "MiB", "GiB", "TiB"};
  if (octets < 1024) return std::to_string(octets) + " B";
  double value = static_cast<double>(octets) / 1024;
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), value < 10 ? "%.1f %s" : "%.0f %s", value, kUnits[unit]);
  return text.data();
}

std::string about_time(runtime::Duration time) {
  using std::chrono::duration_cast;
  const auto ms = std::max<std::int64_t>(0, duration_cast<std::chrono::milliseconds>(time).count());
  constexpr std::int64_t kSecond = 1'000;
  constexpr std::int64_t kMinute = 60 * kSecond;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  if (ms >= kDay) return std::to_string(ms / kDay) + " d";
  if (ms >= kHour) return std::to_string(ms / kHour) + " h";
  if (ms >= kMinute) return std::to_string(ms / kMinute) + " min";
  if (ms >= kSecond) return std::to_string(ms / kSecond) + " s";
  return ms > 0 ? std::to_string(ms) + " ms" : "under 1 ms";
}

std::string plural(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count).append(" ").append(count == 1 ? one : many);
}

std::string name_partitions(const std::vector<std::uint32_t>& partitions) {
  std::string out = partitions.size() == 1 ? "partition " : "partitions ";
  for (std::size_t at = 0; at < partitions.size();) {
    std::size_t last = at;
    while (last + 1 < partitions.size() && partitions[last + 1] == partitions[last] + 1) ++last;
    if (at > 0) out += ", ";
    out += std::to_string(partitions[at]);
    if (last > at) out += (last == at + 1 ? ", " : "-") + std::to_string(partitions[last]);
    at = last + 1;
  }
  return out;
}

std::string without_name(const std::string& why, const std::string& name) {
  for (const std::string_view joint : {": ", " "}) {
    const std::string begin = name + std::string(joint);
    if (why.starts_with(begin)) return why.substr(begin.size());
  }
  return why;
}

std::string name_some(const std::vector<std::string>& names, std::size_t most) {
  const std::size_t shown = names.size() <= most ? names.size() : most;
  const std::size_t others = names.size() - shown;
  std::string out;
  for (std::size_t i = 0; i < shown; ++i) {
    const bool ends = i + 1 == shown && others == 0;
    if (i > 0) out += ends ? " and " : ", ";
    out += names[i];
  }
  if (others > 0) out += " and " + plural(others, "other", "others");
  return out;
}

}  // namespace waybill::tools::doctor

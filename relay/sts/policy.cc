#include "relay/sts/policy.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "relay/sts/take.h"
#include "runtime/ascii.h"

namespace waybill::relay::sts {
namespace {

constexpr std::string_view kVersion = "STSv1";
constexpr std::array<std::string_view, 3> kModes = {"none", "testing", "enforce"};
constexpr std::size_t kMostId = 32;
// RFC 1035 2.3.4, and the "*." of a pattern.
constexpr std::size_t kMostPattern = 253 + 2;

bool is_space(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kMostId &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
         });
}

std::optional<std::string> id_in(std::string_view record) {
  take(record, ';');
  while (!record.empty()) {
    std::string_view field = trimmed(take(record, ';'));
    const std::string_view name = trimmed(take(field, '='));
    if (name != "id") continue;
    const std::string_view value = trimmed(field);
    return is_id(value) ? std::optional<std::string>(value) : std::nullopt;
  }
  return std::nullopt;
}

// "*.example.org", or a name; whatever else stands there would match no host.
std::optional<std::string> pattern_of(std::string_view value) {
  const std::string_view name = value.starts_with("*.") ? value.substr(2) : value;
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
  if (name.empty() || value.size() > kMostPattern || !plain) return std::nullopt;
  return runtime::ascii::lower(value);
}

// RFC 8461 3.2: up to ten digits.
std::optional<std::chrono::seconds> age_of(std::string_view value) {
  std::int64_t seconds = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), seconds);
  const bool whole = read.ec == std::errc() && read.ptr == value.data() + value.size();
  if (!whole || seconds < 0 || value.size() > 10) return std::nullopt;
  return std::min(std::chrono::seconds(seconds), kLongestAge);
}

struct Draft {
  std::optional<std::string_view> version, mode, max_age;
  std::vector<std::string> mx;
  bool sound = true;

  void take_field(std::string_view name, std::string_view value) {
    const auto first = [&](std::optional<std::string_view>& field) {
      if (!field) field = value;
    };
    if (name == "version") first(version);
    if (name == "mode") first(mode);
    if (name == "max_age") first(max_age);
    if (name != "mx") return;
    auto pattern = pattern_of(value);
    sound = sound && pattern && mx.size() < kMostPatterns;
    if (sound) mx.push_back(std::move(*pattern));
  }
};

}  // namespace

std::optional<std::string> find_id(const std::vector<std::string>& texts) {
  const std::string* found = nullptr;
  for (const std::string& text : texts) {
    std::string_view rest = text;
    if (trimmed(take(rest, ';')) != "v=STSv1" || text.front() != 'v') continue;
    if (found != nullptr) return std::nullopt;
    found = &text;
  }
  return found == nullptr ? std::nullopt : id_in(*found);
}

std::optional<Policy> parse_policy(std::string_view file) {
  Draft draft;
  while (!file.empty()) {
    std::string_view line = take(file, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = trimmed(line);
    if (line.empty()) continue;
    if (line.find(':') == std::string_view::npos) return std::nullopt;
    const std::string_view name = trimmed(take(line, ':'));
    draft.take_field(name, trimmed(line));
  }
  if (!draft.sound || draft.version != kVersion || !draft.mode || !draft.max_age)
    return std::nullopt;
  const auto mode = std::find(kModes.begin(), kModes.end(), *draft.mode);
  const auto age = age_of(*draft.max_age);
  if (mode == kModes.end() || !age) return std::nullopt;
  Policy out{static_cast<Mode>(mode - kModes.begin()), std::move(draft.mx), *age};
  if (out.mode != Mode::none && out.mx.empty()) return std::nullopt;
  return out;
}

bool names_host(const Policy& policy, std::string_view host) {
  return std::any_of(policy.mx.begin(), policy.mx.end(), [&](std::string_view pattern) {
    if (!pattern.starts_with("*.")) return pattern == host;
    // One label, and not an empty one, stands for the mark.
    const std::size_t dot = host.find('.');
    return dot != 0 && dot != std::string_view::npos && host.substr(dot) == pattern.substr(1);
  });
}

std::string_view word_of(Mode mode) { return kModes[static_cast<std::size_t>(mode)]; }

}  // namespace waybill::relay::sts

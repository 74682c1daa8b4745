#include "relay/trust/dkim/tag_list.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "runtime/ascii.h"

namespace waybill::relay::trust::dkim {
namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::size_t kUsualTags = 12;

bool is_space(char c) { return kSpace.find(c) != std::string_view::npos; }
using runtime::ascii::is_digit;
using runtime::ascii::is_letter;

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

int base64_digit(char c) {
  if (runtime::ascii::is_upper(c)) return c - 'A';
  if (runtime::ascii::is_lower(c)) return c - 'a' + 26;
  if (is_digit(c)) return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

bool is_tag_name(std::string_view name) {
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool is_tag_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return (c > ' ' && c <= '~') || is_space(c); });
}

// `begin`: where `spec` stands in the text.
std::optional<Tag> parse_tag(std::string_view spec, std::size_t begin) {
  const std::size_t equals = spec.find('=');
  if (equals == std::string_view::npos || equals == 0) return std::nullopt;
  Tag tag;
  tag.name = trimmed(spec.substr(0, equals));
  tag.value = trimmed(spec.substr(equals + 1));
  tag.written_begin = begin + equals + 1;
  tag.written_end = begin + spec.size();
  if (!is_tag_name(tag.name) || !is_tag_value(tag.value)) return std::nullopt;
  return tag;
}

}  // namespace

std::optional<TagList> TagList::parse(std::string_view text) {
  TagList list;
  list.tags_.reserve(kUsualTags);
  for (std::size_t at = 0;;) {
    const std::size_t end = std::min(text.find(';', at), text.size());
    const auto tag = parse_tag(text.substr(at, end - at), at);
    if (!tag || list.tag(tag->name) != nullptr || list.tags_.size() == kMaxTags) {
      return std::nullopt;
    }
    list.tags_.push_back(*tag);
    at = end + 1;
    // The last tag may be closed too.
    if (end == text.size() || trimmed(text.substr(at)).empty()) return list;
  }
}

const Tag* TagList::tag(std::string_view name) const {
  const auto at =
      std::find_if(tags_.begin(), tags_.end(), [&](const Tag& tag) { return tag.name == name; });
  return at == tags_.end() ? nullptr : &*at;
}

std::optional<std::string_view> TagList::find(std::string_view name) const {
  const Tag* found = tag(name);
  return found == nullptr ? std::nullopt : std::optional(found->value);
}

std::string unfolded(std::string_view value) {
  std::string out;
  std::copy_if(value.begin(), value.end(), std::back_inserter(out),
               [](char c) { return !is_space(c); });
  return out;
}

std::vector<std::string> colon_parts(std::string_view value) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = value.find(':');
    parts.push_back(unfolded(value.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    value.remove_prefix(end + 1);
  }
}

std::optional<std::string> decode_base64(std::string_view value) {
  std::string text = unfolded(value);
  std::size_t padding = 0;
  for (; !text.empty() && text.back() == '=' && padding < 2; ++padding) text.pop_back();
  const std::size_t rest = text.size() % 4;
  if (text.empty() || rest == 1) return std::nullopt;
  if (padding > 0 && rest + padding != 4) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int digit = base64_digit(c);
    if (digit < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xff);
  }
  return out;
}

}  // namespace waybill::relay::trust::dkim

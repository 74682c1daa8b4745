#include "relay/trust/dkim/tag_list.h"

#include <algorithm>
#include <iterator>

#include "runtime/ascii.h"

namespace waybill::relay::trust::dkim {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

bool is_space(char c) { return kSpace.find(c) != std::string_view::npos; }
using runtime::ascii::is_digit;
using runtime::ascii::is_letter;

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
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

std::optional<Tag> parse_tag(std::string_view spec) {
  const std::size_t equals = spec.find('=');
  if (equals == std::string_view::npos || equals == 0) return std::nullopt;
  Tag tag;
  tag.name = trimmed(spec.substr(0, equals));
  tag.value = trimmed(spec.substr(equals + 1));
  tag.before_equals = spec[equals - 1];
  if (!is_tag_name(tag.name) || !is_tag_value(tag.value)) return std::nullopt;
  return tag;
}

}  // namespace

std::optional<TagList> TagList::parse(std::string_view text) {
  TagList list;
  while (true) {
    const std::size_t end = text.find(';');
    const auto tag = parse_tag(text.substr(0, end));
    if (!tag || list.find(tag->name) || list.tags_.size() == kMaxTags) return std::nullopt;
    list.tags_.push_back(*tag);
    if (end == std::string_view::npos) return list;
    text.remove_prefix(end + 1);
    // The last tag may be closed too.
    if (trimmed(text).empty()) return list;
  }
}

std::optional<std::string_view> TagList::find(std::string_view name) const {
  for (const Tag& tag : tags_) {
    if (tag.name == name) return tag.value;
  }
  return std::nullopt;
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

std::optional<std::size_t> base64_octets(std::string_view value) {
  std::string text = unfolded(value);
  std::size_t padding = 0;
  for (; !text.empty() && text.back() == '=' && padding < 2; ++padding) text.pop_back();
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '/';
  });
  const std::size_t rest = text.size() % 4;
  if (text.empty() || !plain || rest == 1) return std::nullopt;
  if (padding > 0 && rest + padding != 4) return std::nullopt;
  return text.size() / 4 * 3 + (rest == 0 ? 0 : rest - 1);
}

}  // namespace waybill::relay::trust::dkim

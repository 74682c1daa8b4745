// The tag=value lists that signatures and key records are written in (RFC 6376 3.2).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::relay::trust::dkim {

// Signatures have about ten tags and key records about five; the rest is for those to come.
inline constexpr std::size_t kMaxTags = 40;

struct Tag {
  std::string_view name;
  std::string_view value;  // folding at both ends taken off, that inside kept
  // Where the value stands in the text with the folding around it: behind "=", up to ";".
  std::size_t written_begin = 0;
  std::size_t written_end = 0;
};

class TagList {
 public:
  // Nothing for what breaks the syntax, bears a tag twice, or has more than kMaxTags. The list
  // points into `text`.
  static std::optional<TagList> parse(std::string_view text);

  std::optional<std::string_view> find(std::string_view name) const;
  const Tag* tag(std::string_view name) const;  // nullptr: there is none
  const std::vector<Tag>& tags() const { return tags_; }

 private:
  std::vector<Tag> tags_;
};

// Without the white space that folding may put anywhere into a value.
std::string unfolded(std::string_view value);

// The parts of a colon-separated value, unfolded; an empty value has one empty part.
std::vector<std::string> colon_parts(std::string_view value);

// The octets of a base64 text (RFC 2045 6.8), folding left out; nothing if it is malformed or
// empty. Padding may be missing, as it is in some published keys.
std::optional<std::string> decode_base64(std::string_view value);

}  // namespace waybill::relay::trust::dkim

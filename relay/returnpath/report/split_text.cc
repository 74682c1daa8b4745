#include <algorithm>
#include <array>

#include "relay/returnpath/report/clean_text.h"
#include "relay/returnpath/report/fields.h"
#include "relay/returnpath/report/prose.h"
#include "relay/returnpath/report/prose_rules.h"

namespace waybill::relay::returnpath::report {
namespace {

// Dividers are lines of a few words.
constexpr std::size_t kMaxDivider = 100;

template <std::size_t N>
bool begins_with_one_of(std::string_view low, const std::array<std::string_view, N>& names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return low.starts_with(name); });
}

bool is_trace(std::string_view low) {
  static constexpr std::array<std::string_view, 6> kNames = {
      "received:",   "return-path:", "dkim-signature:", "domainkey-signature:",
      "x-received:", "delivered-to:"};
  return begins_with_one_of(low, kNames);
}

// Fields that the header of a message has, and no text of a report.
bool is_telling(std::string_view low) {
  static constexpr std::array<std::string_view, 3> kNames = {
      "message-id:", "mime-version:", "x-mailer:"};
  return begins_with_one_of(low, kNames);
}

// Three fields in a row from the margin on, one of them telling: where the first of them stands.
class HeaderBlock {
 public:
  // Whether the line at `at` makes it whole.
  bool line(std::string_view line, std::size_t at) {
    constexpr std::size_t kFields = 3;
    const bool folded = !line.empty() && (line.front() == ' ' || line.front() == '\t');
    if (folded && fields_ > 0) return false;
    if (!begins_field(line) || folded) {
      fields_ = 0;
      telling_ = false;
      return false;
    }
    if (fields_++ == 0) begin_ = at;
    telling_ = telling_ || is_telling(lower(line.substr(0, kMaxDivider)));
    return fields_ >= kFields && telling_;
  }
  std::size_t begin() const { return begin_; }

 private:
  std::size_t fields_ = 0;
  std::size_t begin_ = 0;
  bool telling_ = false;
};

}  // namespace

SplitText split_text(std::string_view text) {
  std::string_view rest = text;
  HeaderBlock block;
  while (!rest.empty()) {
    const std::size_t at = text.size() - rest.size();
    const std::string_view line = take_line(rest);
    if (is_trace(lower(line.substr(0, kMaxDivider)))) return {text.substr(0, at), text.substr(at)};
    if (block.line(line, at)) return {text.substr(0, block.begin()), text.substr(block.begin())};
    if (line.size() < kMaxDivider && hear_text(line, Passage::divider).says(Meaning::returned)) {
      rest.remove_prefix(std::min(rest.find_first_not_of("\n-=* "), rest.size()));
      return {text.substr(0, at), rest};
    }
  }
  return {text, {}};
}

}  // namespace waybill::relay::returnpath::report

#include "schemas/reply.h"

#include <algorithm>

#include "runtime/ascii.h"
#include "runtime/check.h"
#include "schemas/utf8.h"

namespace waybill::schemas {
namespace {

// RFC 5321 4.5.3.1.5: octets of a reply line with its CRLF.
constexpr std::size_t kMaxReplyLine = 512;
constexpr std::string_view kCrlf = "\r\n";

using runtime::ascii::is_digit;

std::size_t digits_at_front(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  return count;
}

}  // namespace

// RFC 3463 2: class "." subject "." detail, one digit and twice one to three.
bool is_enhanced_status(std::string_view text) {
  if (text.size() < 2 || text[1] != '.') return false;
  if (text[0] != '2' && text[0] != '4' && text[0] != '5') return false;
  text.remove_prefix(2);
  const std::size_t subject = digits_at_front(text);
  if (subject < 1 || subject > 3 || subject == text.size() || text[subject] != '.') return false;
  text.remove_prefix(subject + 1);
  return !text.empty() && text.size() <= 3 && digits_at_front(text) == text.size();
}

std::string wire(const Reply& reply) {
  runtime::check(reply.code >= 200 && reply.code <= 599, "a reply has a code of 200 to 599");
  const std::string code = std::to_string(reply.code);
  // RFC 2034 4: the enhanced code stands on every line.
  const std::string enhanced = is_enhanced_status(reply.enhanced) ? reply.enhanced + ' ' : "";
  const std::size_t room = kMaxReplyLine - code.size() - 1 - enhanced.size() - kCrlf.size();

  const std::string text = clean_reply_text(reply.text, kMaxReplyLines * kMaxReplyLine);
  std::string out;
  std::string_view rest = text;
  for (std::size_t line = 1; line <= kMaxReplyLines; ++line) {
    const std::size_t end = rest.find('\n');
    const bool last = end == std::string_view::npos || line == kMaxReplyLines;
    out.append(code).push_back(last ? ' ' : '-');
    out.append(enhanced).append(cut_utf8(rest.substr(0, end), room)).append(kCrlf);
    if (last) break;
    rest.remove_prefix(end + 1);
  }
  return out;
}

std::string clean_reply_text(std::string_view text, std::size_t limit) {
  const auto plain = [](char c) { return (c >= ' ' && c <= '~') || c == '\n'; };
  if (text.size() <= limit && std::all_of(text.begin(), text.end(), plain)) {
    return std::string(text);
  }
  std::string out;
  out.reserve(std::min(text.size(), limit));
  while (!text.empty()) {
    const std::size_t octets = utf8_character(text);
    const std::size_t taken = std::max<std::size_t>(octets, 1);
    std::string_view kept = text.substr(0, taken);
    if (octets == 0) {
      kept = "?";
    } else if (is_control(text) && text[0] != '\n') {
      kept = " ";
    }
    if (out.size() + kept.size() > limit) break;
    out.append(kept);
    text.remove_prefix(taken);
  }
  return out;
}

}  // namespace waybill::schemas

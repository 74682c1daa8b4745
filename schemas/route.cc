#include "schemas/route.h"

#include <algorithm>

#include "runtime/ascii.h"

namespace waybill::schemas {

namespace {

constexpr std::string_view kDefaultRefusal = "Mail to this address is refused";

// Octets of text: a reply line of 512 (RFC 5321 4.5.3.1.5) less code, enhanced code and CRLF.
constexpr std::size_t kMaxRefusalText = 490;

using runtime::ascii::is_digit;

// RFC 5321 4.2: the second digit is 0 to 5.
bool is_refusal_code(std::string_view code) {
  return code.size() == 3 && code[0] == '5' && code[1] >= '0' && code[1] <= '5' &&
         is_digit(code[2]);
}

// RFC 3463 2: no part has a leading zero.
bool has_leading_zero(std::string_view status) {
  for (std::size_t i = 1; i + 1 < status.size(); ++i) {
    if (status[i - 1] == '.' && status[i] == '0' && is_digit(status[i + 1])) return true;
  }
  return false;
}

// Cuts the first word off.
std::string_view take_word(std::string_view& text) {
  const std::size_t space = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, space);
  text.remove_prefix(std::min(space + 1, text.size()));
  return word;
}

}  // namespace

bool is_postmaster(std::string_view local_part) {
  return runtime::ascii::equal(local_part, "postmaster");
}

Address named_by(const DomainRoutes& domain, const Address& address) {
  const bool fold = domain.local_case == LocalPartCase::fold || is_postmaster(address.local());
  return fold ? address.folded() : address;
}

std::optional<Reply> parse_refusal(std::string_view text) {
  const std::string_view code = take_word(text);
  const std::string_view status = take_word(text);
  if (!is_refusal_code(code)) return std::nullopt;
  if (!is_enhanced_status(status) || !status.starts_with('5') || has_leading_zero(status)) {
    return std::nullopt;
  }
  if (text.empty()) text = kDefaultRefusal;
  const auto printable = [](char c) { return c >= 0x20 && c < 0x7F; };
  if (text.size() > kMaxRefusalText || !std::all_of(text.begin(), text.end(), printable)) {
    return std::nullopt;
  }
  const int number = 100 * (code[0] - '0') + 10 * (code[1] - '0') + (code[2] - '0');
  return Reply{number, std::string(status), std::string(text)};
}

Reply default_refusal() { return {550, "5.7.1", std::string(kDefaultRefusal)}; }

}  // namespace waybill::schemas

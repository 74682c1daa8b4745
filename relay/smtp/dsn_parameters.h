// The syntax of DSN's parameters to MAIL and RCPT (RFC 3461 4), with the utf-8 address type of RFC
// 6533 3. Pure functions; what they accept can be passed on as it stands.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace waybill::relay::smtp {

// RFC 3461 4.4 and 4.2: octets of the whole value.
inline constexpr std::size_t kMaxEnvid = 100;
inline constexpr std::size_t kMaxOrcpt = 500;

// RFC 3461 4: printable ASCII but "+", "=" and space, or "+" and two upper-case hex digits, which
// are no control octet: whoever decodes it puts it into a field. Not empty.
bool is_xtext(std::string_view text);

// "FULL" or "HDRS"; nullopt for all else.
std::optional<std::string> parse_ret(std::string_view value);

// In upper case: "NEVER" alone, or a list of SUCCESS, FAILURE and DELAY, each at most once.
std::optional<std::string> parse_notify(std::string_view value);

bool is_envid(std::string_view value);

enum class Smtputf8 { no, yes };

// addr-type ";" xtext. With SMTPUTF8 the type utf-8 may hold UTF-8 itself (RFC 6533 3).
bool is_orcpt(std::string_view value, Smtputf8 smtputf8);

// What is_orcpt takes, for a server without SMTPUTF8: utf-8-addr-xtext (RFC 6533 3). Empty: that
// is longer than kMaxOrcpt.
std::string orcpt_in_ascii(std::string_view value);

}  // namespace waybill::relay::smtp

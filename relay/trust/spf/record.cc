#include "relay/trust/spf/record.h"

#include <algorithm>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include "runtime/ascii.h"
#include "runtime/check.h"

namespace waybill::relay::trust::spf {

namespace {

constexpr std::string_view kVersion = "V=SPF1";
// Octets of a wrong term shown to people.
constexpr std::size_t kMaxTermShown = 64;
constexpr unsigned kMaxPrefix4 = 32;
constexpr unsigned kMaxPrefix6 = 128;

using runtime::ascii::is_digit;
using runtime::ascii::is_letter;

// RFC 7208 12: name
bool is_name(std::string_view text) {
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
         });
}

struct KindName {
  std::string_view name;
  MechanismKind kind;
};

constexpr KindName kKinds[] = {
    {"ALL", MechanismKind::all}, {"INCLUDE", MechanismKind::include}, {"A", MechanismKind::a},
    {"MX", MechanismKind::mx},   {"PTR", MechanismKind::ptr},         {"IP4", MechanismKind::ip4},
    {"IP6", MechanismKind::ip6}, {"EXISTS", MechanismKind::exists},
};

std::optional<MechanismKind> kind_of(std::string_view name) {
  for (const KindName& one : kKinds) {
    if (runtime::ascii::equal(name, one.name)) return one.kind;
  }
  return std::nullopt;
}

std::optional<Qualifier> qualifier_of(char c) {
  switch (c) {
    case '+': return Qualifier::pass;
    case '-': return Qualifier::fail;
    case '~': return Qualifier::softfail;
    case '?': return Qualifier::neutral;
    default: return std::nullopt;
  }
}

// "0", or digits without a leading zero (RFC 7208 12).
std::optional<unsigned> parse_prefix(std::string_view digits, unsigned most) {
  if (digits.empty() || digits.size() > 3 || !std::all_of(digits.begin(), digits.end(), is_digit)) {
    return std::nullopt;
  }
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  unsigned out = 0;
  for (const char c : digits) out = out * 10 + static_cast<unsigned>(c - '0');
  if (out > most) return std::nullopt;
  return out;
}

// The digits at the end of `text`.
std::string_view last_digits(std::string_view text) {
  const std::size_t other = text.find_last_not_of("0123456789");
  return other == std::string_view::npos ? text : text.substr(other + 1);
}

// dual-cidr-length: takes "/24", "//64" or "/24//64" off the end of `rest`. A slash that is left is
// the domain-spec's, if its grammar allows it.
bool take_prefixes(std::string_view& rest, Mechanism& out) {
  std::string_view digits = last_digits(rest);
  std::string_view before = rest.substr(0, rest.size() - digits.size());
  if (!digits.empty() && before.ends_with("//")) {
    const auto bits = parse_prefix(digits, kMaxPrefix6);
    if (!bits) return false;
    out.prefix6 = *bits;
    rest = before.substr(0, before.size() - 2);
    digits = last_digits(rest);
    before = rest.substr(0, rest.size() - digits.size());
  }
  if (!digits.empty() && before.ends_with('/') && !before.ends_with("//")) {
    const auto bits = parse_prefix(digits, kMaxPrefix4);
    if (!bits) return false;
    out.prefix4 = *bits;
    rest = before.substr(0, before.size() - 1);
  }
  return true;
}

// `rest`: what follows the name, its colon included.
bool read_domain(std::string_view rest, Mechanism& out) {
  if (!rest.starts_with(':')) return false;
  out.domain = parse_domain_spec(rest.substr(1));
  return out.domain.has_value();
}

bool read_network4(std::string_view rest, Mechanism& out) {
  const std::size_t slash = rest.find('/');
  if (slash != std::string_view::npos) {
    const auto bits = parse_prefix(rest.substr(slash + 1), kMaxPrefix4);
    if (!bits) return false;
    out.prefix4 = *bits;
  }
  boost::system::error_code error;
  const std::string text(rest.substr(0, slash));
  out.network = boost::asio::ip::make_address_v4(text, error);
  return !error;
}

bool read_network6(std::string_view rest, Mechanism& out) {
  const std::size_t slash = rest.find('/');
  if (slash != std::string_view::npos) {
    const auto bits = parse_prefix(rest.substr(slash + 1), kMaxPrefix6);
    if (!bits) return false;
    out.prefix6 = *bits;
  }
  // A scope ("%eth0") is no part of an ip6-network.
  const std::string text(rest.substr(0, slash));
  if (text.find('%') != std::string::npos) return false;
  boost::system::error_code error;
  out.network = boost::asio::ip::make_address_v6(text, error);
  return !error;
}

// `rest`: what follows the name.
bool read_arguments(std::string_view rest, Mechanism& out) {
  switch (out.kind) {
    case MechanismKind::all: return rest.empty();
    case MechanismKind::include:
    case MechanismKind::exists: return read_domain(rest, out);
    case MechanismKind::ptr: return rest.empty() || read_domain(rest, out);
    case MechanismKind::a:
    case MechanismKind::mx:
      return take_prefixes(rest, out) && (rest.empty() || read_domain(rest, out));
    case MechanismKind::ip4: return rest.starts_with(':') && read_network4(rest.substr(1), out);
    case MechanismKind::ip6: return rest.starts_with(':') && read_network6(rest.substr(1), out);
  }
  return false;
}

bool read_mechanism(std::string_view term, Record& record) {
  Mechanism out;
  out.text = term;
  if (const auto qualifier = qualifier_of(term.front())) {
    out.qualifier = *qualifier;
    term.remove_prefix(1);
  }
  const std::size_t end = std::min(term.find_first_of(":/"), term.size());
  const auto kind = kind_of(term.substr(0, end));
  if (!kind) return false;
  out.kind = *kind;
  if (!read_arguments(term.substr(end), out)) return false;
  record.mechanisms.push_back(std::move(out));
  return true;
}

bool read_once(std::string_view text, std::optional<MacroString>& out) {
  // RFC 7208 6: redirect and exp stand at most once.
  if (out) return false;
  out = parse_domain_spec(text);
  return out.has_value();
}

bool read_modifier(std::string_view name, std::string_view value, Record& record) {
  if (runtime::ascii::equal(name, "REDIRECT")) return read_once(value, record.redirect);
  if (runtime::ascii::equal(name, "EXP")) return read_once(value, record.explanation);
  // RFC 7208 6: any other is ignored, but has to be well formed.
  return is_name(name) && parse_macro_string(value, MacroPlace::record).has_value();
}

bool read_term(std::string_view term, Record& record) {
  const std::size_t sign = term.find_first_of(":/=");
  if (sign != std::string_view::npos && term[sign] == '=') {
    return read_modifier(term.substr(0, sign), term.substr(sign + 1), record);
  }
  return read_mechanism(term, record);
}

}  // namespace

bool is_spf_record(std::string_view text) {
  return runtime::ascii::starts_with(text, kVersion) &&
         (text.size() == kVersion.size() || text[kVersion.size()] == ' ');
}

std::variant<Record, WrongTerm> parse_record(std::string_view text) {
  runtime::check(is_spf_record(text), "only SPF records are parsed as such");
  Record out;
  text.remove_prefix(kVersion.size());
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view term = text.substr(0, end);
    if (!term.empty() && !read_term(term, out)) return WrongTerm{printable(term, kMaxTermShown)};
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string out(text.substr(0, limit));
  for (char& c : out) {
    if (c < ' ' || c > '~') c = '?';
  }
  return out;
}

}  // namespace waybill::relay::trust::spf

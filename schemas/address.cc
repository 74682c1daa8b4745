#include "schemas/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "runtime/ascii.h"
#include "runtime/check.h"
#include "schemas/utf8.h"

namespace waybill::schemas {
namespace {

using runtime::Errc;
using runtime::Result;

constexpr std::string_view kIpv6Tag = "IPv6:";

using runtime::ascii::is_ascii;
using runtime::ascii::lower;

// RFC 5322 3.2.3, widened by RFC 6531 3.3.
bool is_atext(char c) {
  if (!is_ascii(c)) return true;
  if (runtime::ascii::is_alphanumeric(c)) return true;
  return c != '\0' && std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

// What can stand without quotes: atext, and dots wherever people put them.
bool can_stand_bare(std::string_view local) {
  return !local.empty() &&
         std::all_of(local.begin(), local.end(), [](char c) { return c == '.' || is_atext(c); });
}

// RFC 5321 4.1.2, Dot-string: none at either end, no two together.
bool is_dot_string(std::string_view local) {
  return can_stand_bare(local) && local.front() != '.' && local.back() != '.' &&
         local.find("..") == std::string_view::npos;
}

std::string quoted_string(std::string_view local) {
  std::string out = "\"";
  for (const char c : local) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
  return out;
}

void fold(std::string& local) { local = lower(local); }

// Where the local part's quoted string ends: the position after its closing quote; npos if it does
// not end.
std::size_t end_of_quoted(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

// RFC 5321 4.1.2, Quoted-string; `text` ends at its closing quote. Nothing for a backslash before
// what is not ASCII: quoted-pairSMTP stayed as it was in RFC 6531.
Result<std::string> unquote(std::string_view text) {
  text = text.substr(1, text.size() - 2);
  std::string local;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && !is_ascii(text[++i])) {
      return make_error_code(Errc::invalid);
    }
    local.push_back(text[i]);
  }
  return local;
}

bool has_ipv6_tag(std::string_view text) {
  return text.size() >= kIpv6Tag.size() &&
         std::equal(kIpv6Tag.begin(), kIpv6Tag.end(), text.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

// RFC 5321 4.1.3, in one form: a dotted quad, or RFC 5952 after "IPv6:". General-address-literal
// has no registered tag.
Result<std::string> address_literal(std::string_view text) {
  if (!text.ends_with(']')) return make_error_code(Errc::invalid);
  std::string_view inner = text.substr(1, text.size() - 2);
  const bool v6 = has_ipv6_tag(inner);
  if (v6) inner.remove_prefix(kIpv6Tag.size());

  const int family = v6 ? AF_INET6 : AF_INET;
  std::array<std::uint8_t, 16> octets{};
  if (inet_pton(family, std::string(inner).c_str(), octets.data()) != 1) {
    return make_error_code(Errc::invalid);
  }
  std::array<char, INET6_ADDRSTRLEN> out{};
  const char* canonical = inet_ntop(family, octets.data(), out.data(), out.size());
  runtime::check(canonical != nullptr, "an IP address fits INET6_ADDRSTRLEN");
  return '[' + std::string(v6 ? kIpv6Tag : "") + canonical + ']';
}

Result<std::string> mailbox_domain(std::string_view text) {
  if (text.starts_with('[')) return address_literal(text);
  // RFC 5321 2.3.5: the dot that ends an absolute name is no part of a mailbox.
  if (text.ends_with('.')) return make_error_code(Errc::invalid);
  return normalise_mail_domain(text);
}

}  // namespace

Result<Address> Address::parse(std::string_view text, LocalPartCase local_case) {
  if (text.size() > kMaxMailbox || !is_clean_utf8(text)) return make_error_code(Errc::invalid);
  const bool is_quoted = text.starts_with('"');
  const std::size_t at = is_quoted ? end_of_quoted(text) : text.find('@');
  if (at == std::string_view::npos || at >= text.size() || text[at] != '@') {
    return make_error_code(Errc::invalid);
  }

  Result<std::string> local = std::string(text.substr(0, at));
  if (is_quoted) {
    local = unquote(text.substr(0, at));
    if (!local) return local.error();
  } else if (!can_stand_bare(*local)) {
    return make_error_code(Errc::invalid);
  }
  if (local_case == LocalPartCase::fold) fold(*local);

  Result<std::string> domain = mailbox_domain(text.substr(at + 1));
  if (!domain) return domain.error();
  // A-labels are longer than what they stand for.
  if (at + 1 + domain->size() > kMaxMailbox) return make_error_code(Errc::invalid);
  Address out(std::move(*local), std::move(*domain));
  out.keeps_quotes_ = is_quoted && can_stand_bare(out.local_) && !is_dot_string(out.local_);
  return out;
}

std::string Address::text() const {
  const bool bare = can_stand_bare(local_) && !keeps_quotes_;
  std::string out = bare ? local_ : quoted_string(local_);
  out.push_back('@');
  return out.append(domain_);
}

bool Address::needs_smtputf8() const { return !is_ascii(local_); }

Address Address::with_local(std::string local) const {
  runtime::check(is_clean_utf8(local), "a local part is UTF-8 without controls");
  Address out(std::move(local), domain_);
  runtime::check(out.text().size() <= kMaxMailbox, "an address fits 2048 octets");
  return out;
}

Address Address::folded() const {
  Address address = *this;
  fold(address.local_);
  return address;
}

}  // namespace waybill::schemas

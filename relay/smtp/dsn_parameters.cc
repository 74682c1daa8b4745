#include "relay/smtp/dsn_parameters.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "runtime/ascii.h"
#include "runtime/check.h"
#include "runtime/hex.h"
#include "schemas/utf8.h"

namespace waybill::relay::smtp {
namespace {

bool is_xchar(char c) { return c > ' ' && c <= '~' && c != '+' && c != '='; }

bool is_upper_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); }

// RFC 3461 3: an atom.
bool is_address_type(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c <= '~' && std::string_view("()<>@,;:\\\".[]").find(c) == std::string::npos;
  });
}

// RFC 6533 3, utf-8-addr-unitext: all but the ASCII that is no xchar.
bool is_utf8_address(std::string_view text) {
  return !text.empty() && schemas::is_clean_utf8(text) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x80 || is_xchar(c); });
}

}  // namespace

bool is_xtext(std::string_view text) {
  if (text.empty()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_xchar(text[i])) continue;
    if (text[i] != '+' || text.size() - i < 3) return false;
    if (!is_upper_hex(text[i + 1]) || !is_upper_hex(text[i + 2])) return false;
    const int octet = runtime::hex_value(text[i + 1]) * 16 + runtime::hex_value(text[i + 2]);
    if (octet < 0x20 || octet == 0x7f) return false;
    i += 2;
  }
  return true;
}

std::optional<std::string> parse_ret(std::string_view value) {
  if (!runtime::ascii::equal(value, "FULL") && !runtime::ascii::equal(value, "HDRS"))
    return std::nullopt;
  return runtime::ascii::upper(value);
}

std::optional<std::string> parse_notify(std::string_view value) {
  constexpr std::array<std::string_view, 3> kWords{"SUCCESS", "FAILURE", "DELAY"};
  std::string upper = runtime::ascii::upper(value);
  if (upper == "NEVER") return upper;
  std::array<bool, kWords.size()> seen{};
  std::string_view rest = upper;
  for (;;) {
    const std::size_t comma = rest.find(',');
    const auto word = std::find(kWords.begin(), kWords.end(), rest.substr(0, comma));
    if (word == kWords.end()) return std::nullopt;
    if (std::exchange(seen[word - kWords.begin()], true)) return std::nullopt;
    if (comma == std::string_view::npos) return upper;
    rest.remove_prefix(comma + 1);
  }
}

bool is_envid(std::string_view value) { return value.size() <= kMaxEnvid && is_xtext(value); }

bool is_orcpt(std::string_view value, Smtputf8 smtputf8) {
  const std::size_t semicolon = value.find(';');
  if (value.size() > kMaxOrcpt || semicolon == std::string_view::npos) return false;
  const std::string_view type = value.substr(0, semicolon);
  const std::string_view address = value.substr(semicolon + 1);
  if (!is_address_type(type)) return false;
  if (smtputf8 == Smtputf8::yes && runtime::ascii::equal(type, "UTF-8"))
    return is_utf8_address(address);
  return is_xtext(address);
}

std::string orcpt_in_ascii(std::string_view value) {
  std::string out;
  while (!value.empty()) {
    const std::string_view character = value.substr(0, schemas::utf8_character(value));
    runtime::check(!character.empty(), "what is_orcpt takes is UTF-8");
    if (character.size() == 1) {
      out += character;
    } else {
      std::array<char, 16> escape{};
      std::snprintf(escape.data(), escape.size(), "\\x{%02X}", schemas::code_point(character));
      out += escape.data();
    }
    value.remove_prefix(character.size());
  }
  return out.size() <= kMaxOrcpt ? out : std::string();
}

}  // namespace waybill::relay::smtp

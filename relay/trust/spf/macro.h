// Macro strings of SPF (RFC 7208 7): parsed once, expanded for one sender. Pure functions.
//
// Promises: any octets are parsed or refused; the text of what is parsed is printable ASCII, that
// of an expansion only as clean as the values are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/endpoint.h"
#include "runtime/time.h"

namespace waybill::relay::trust::spf {

// The letters of RFC 7208 7.2.
enum class MacroLetter : char {
  sender = 's',
  local_part = 'l',
  sender_domain = 'o',
  domain = 'd',
  address = 'i',
  validated_name = 'p',
  address_family = 'v',
  helo = 'h',
  client_text = 'c',
  receiver = 'r',
  timestamp = 't',
};

enum class MacroEscape { none, url };
enum class LabelOrder { as_is, reversed };

struct Macro {
  MacroLetter letter = MacroLetter::domain;
  MacroEscape escape = MacroEscape::none;
  LabelOrder order = LabelOrder::as_is;
  std::size_t keep = 0;    // right-hand parts that stay; 0: all
  std::string delimiters;  // of the parts; never empty
  friend bool operator==(const Macro&, const Macro&) = default;
};

// Text, and after it a macro.
struct MacroPart {
  std::string text;
  std::optional<Macro> macro;
  friend bool operator==(const MacroPart&, const MacroPart&) = default;
};

struct MacroString {
  std::vector<MacroPart> parts;
  friend bool operator==(const MacroString&, const MacroString&) = default;

  bool uses(MacroLetter letter) const;
};

// In an explanation, and only there, spaces stand and the letters c, r and t are known.
enum class MacroPlace { record, explanation };

// Nothing for what breaks the grammar of RFC 7208 7.1.
std::optional<MacroString> parse_macro_string(std::string_view text, MacroPlace place);
// A domain-spec: a macro string that ends in a macro or in a dot and a top label.
std::optional<MacroString> parse_domain_spec(std::string_view text);

struct MacroValues {
  std::string sender_local;  // "postmaster" if the sender has none
  std::string sender_domain;
  std::string domain;         // whose record is being evaluated
  runtime::IpAddress client;  // an IPv4 address inside an IPv6 one stands as IPv4
  std::string helo;
  std::string receiver;
  std::string validated_name;  // "unknown" if there is none
  runtime::WallTime now{};
};

// Octets of an expansion: far above any name or any line, far below what a record of 64 KiB full of
// macros would make.
inline constexpr std::size_t kMaxExpansion = 4096;

// Nothing if it would be longer than kMaxExpansion.
std::optional<std::string> expand(const MacroString& macros, const MacroValues& values);

}  // namespace waybill::relay::trust::spf

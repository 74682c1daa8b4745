// An SPF record (RFC 7208 4.5, 4.6, 12) as values. Pure functions.
//
// Promises: any octets are parsed or refused, in linear time; one wrong term makes the whole record
// wrong (RFC 7208 4.6).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "relay/trust/spf/macro.h"
#include "runtime/endpoint.h"

namespace waybill::relay::trust::spf {

enum class Qualifier { pass, fail, softfail, neutral };
enum class MechanismKind { all, include, a, mx, ptr, ip4, ip6, exists };

struct Mechanism {
  MechanismKind kind = MechanismKind::all;
  Qualifier qualifier = Qualifier::pass;
  std::optional<MacroString> domain;  // none: the domain whose record this is
  runtime::IpAddress network;         // ip4, ip6
  unsigned prefix4 = 32;              // bits to compare: ip4, a, mx
  unsigned prefix6 = 128;             // ip6, a, mx
  std::string text;                   // as it stands in the record
};

struct Record {
  std::vector<Mechanism> mechanisms;
  std::optional<MacroString> redirect;
  std::optional<MacroString> explanation;  // exp=
};

// The first term that is wrong, cut to 64 octets of printable ASCII.
struct WrongTerm {
  std::string text;
};

// Whether a TXT record is an SPF record at all: "v=spf1" in any case, alone or before a space.
bool is_spf_record(std::string_view text);

// `text` is an SPF record.
std::variant<Record, WrongTerm> parse_record(std::string_view text);

// Printable ASCII of at most `limit` octets; what is neither is '?'.
std::string printable(std::string_view text, std::size_t limit);

}  // namespace waybill::relay::trust::spf

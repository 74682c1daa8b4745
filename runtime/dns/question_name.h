// The names that may be asked for: syntax only, before any question leaves.
#pragma once

#include <string_view>

namespace waybill::runtime::dns {

// True for labels of 1 to 63 octets joined by dots, at most 253 octets in all (RFC 1035 2.3.4; the
// wire form adds a length and the root), of printable ASCII and spaces. Not a host name's stricter
// syntax: "_dmarc" and what SPF macros make (RFC 7208 7.1 has one for a space) are asked too. A
// backslash is refused, because libunbound would read it as an escape; so is a trailing dot.
bool is_question_name(std::string_view name);

}  // namespace waybill::runtime::dns

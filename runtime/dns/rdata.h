// The data of DNS records as they stand in an answer (RFC 1035 3.3, RFC 3596 2.2, RFC 6698 2.1).
// Every parser takes any octets and refuses what is malformed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/dns/resolver.h"

namespace waybill::runtime::dns {

// MX: preference and an uncompressed name (libunbound expands names). The root name gives an empty
// exchange (RFC 7505). Labels with octets outside printable ASCII or with a dot are refused.
std::optional<Mx> parse_mx(std::string_view rdata);
std::optional<runtime::IpAddress> parse_a(std::string_view rdata);
std::optional<runtime::IpAddress> parse_aaaa(std::string_view rdata);
// PTR: an uncompressed name, in lower case. Refuses the root name, and the labels that parse_mx
// does.
std::optional<std::string> parse_ptr(std::string_view rdata);
// The character-strings, joined without a separator (RFC 7208 3.3).
std::optional<std::string> parse_txt(std::string_view rdata);
// Three numbers of any value, and one octet of data at least.
std::optional<runtime::Tlsa> parse_tlsa(std::string_view rdata);

}  // namespace waybill::runtime::dns

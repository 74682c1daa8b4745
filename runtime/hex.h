// Octets as text for URLs, JSON and key files: hexadecimal pairs (RFC 4648 8) and percent-encoding
// (RFC 3986 2.1). Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace waybill::runtime {

// The value of a hex digit in either case; -1: it is none.
constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// In lower case.
std::string hex(std::span<const std::uint8_t> octets);
std::string hex(std::string_view octets);

// Pairs of digits in either case; nullopt: something else is among them.
std::optional<std::string> unhex(std::string_view text);

// All but unreserved characters (RFC 3986 2.3) as %XX, so that any octet can stand in one segment
// of a path or in a query.
std::string percent_encode(std::string_view text);

}  // namespace waybill::runtime

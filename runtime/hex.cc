#include "runtime/hex.h"

#include "runtime/ascii.h"

namespace waybill::runtime {
namespace {

void append_pair(std::string& out, std::uint8_t octet, const char* digits) {
  out += digits[octet >> 4];
  out += digits[octet & 15];
}

// RFC 3986 2.3
bool is_unreserved(char c) {
  return ascii::is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string hex(std::span<const std::uint8_t> octets) {
  std::string out;
  out.reserve(2 * octets.size());
  for (const std::uint8_t octet : octets) append_pair(out, octet, "0123456789abcdef");
  return out;
}

std::string hex(std::string_view octets) {
  return hex({reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
}

std::optional<std::string> unhex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t at = 0; at < text.size(); at += 2) {
    const int high = hex_value(text[at]);
    const int low = hex_value(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      out += '%';
      append_pair(out, static_cast<std::uint8_t>(c), "0123456789ABCDEF");
    }
  }
  return out;
}

}  // namespace waybill::runtime

#include "relay/trust/dkim/rsa_key.h"

#include <algorithm>
#include <cstdint>

#include "relay/trust/dkim/tag_list.h"

namespace waybill::relay::trust::dkim {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr char kInteger = 0x02;
constexpr char kBitString = 0x03;
constexpr char kSequence = 0x30;

// The AlgorithmIdentifier of rsaEncryption (RFC 8017 A.1), its parameters NULL.
constexpr std::string_view kRsaEncryption(
    "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00", 15);

std::optional<std::string> decode(std::string_view base64) {
  if (!base64_octets(base64)) return std::nullopt;
  while (base64.ends_with('=')) base64.remove_suffix(1);
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : base64) {
    bits = bits << 6 | static_cast<std::uint32_t>(kDigits.find(c));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xff);
  }
  return out;
}

std::string encode(std::string_view octets) {
  std::string out;
  for (; !octets.empty(); octets.remove_prefix(std::min<std::size_t>(3, octets.size()))) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < octets.size() ? static_cast<unsigned char>(octets[i]) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= octets.size() ? kDigits[bits >> (18 - 6 * i) & 0x3f] : '=';
    }
  }
  return out;
}

// X.690 8.1, the definite forms up to 65535 octets; DNS holds no more.
std::string element(char tag, std::string_view content) {
  std::string out(1, tag);
  const std::size_t size = content.size();
  if (size >= 0x100) {
    out += '\x82';
    out += static_cast<char>(size >> 8 & 0xff);
  } else if (size >= 0x80) {
    out += '\x81';
  }
  out += static_cast<char>(size & 0xff);
  return out.append(content);
}

// The tag of the first thing inside a sequence; 0 if it is none.
char first_inside(std::string_view der) {
  if (der.size() < 2 || der[0] != kSequence) return 0;
  const auto length = static_cast<unsigned char>(der[1]);
  const std::size_t begin = 2 + (length < 0x80 ? 0u : length & 0x7fu);
  return begin < der.size() ? der[begin] : '\0';
}

}  // namespace

std::optional<std::string> subject_public_key_info(std::string_view base64) {
  const auto der = decode(base64);
  if (!der) return std::nullopt;
  if (first_inside(*der) != kInteger) return encode(*der);
  const std::string bits = element(kBitString, std::string(1, '\0') + *der);
  return encode(element(kSequence, std::string(kRsaEncryption) + bits));
}

}  // namespace waybill::relay::trust::dkim

#include "relay/returnpath/token.h"

#include <algorithm>
#include <array>

#include "runtime/crypto.h"

namespace waybill::relay::returnpath {
namespace {

constexpr std::string_view kPrefix = "b.";
constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::size_t kFactsOctets = 1 + 2 + schemas::DeliveryId::kOctets;
constexpr std::size_t kMacOctets = 10;
constexpr std::size_t kTokenOctets = kFactsOctets + kMacOctets;
constexpr std::size_t kLetters = (kTokenOctets * 8 + 4) / 5;
constexpr int kVersion = 1;
constexpr int kKeyBits = 5;

std::string base32(std::string_view octets) {
  std::string out;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : octets) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= 5; count -= 5) out += kAlphabet[(bits >> (count - 5)) & 31];
    bits &= (1U << count) - 1;
  }
  if (count > 0) out += kAlphabet[(bits << (5 - count)) & 31];
  return out;
}

int letter_value(char c) {
  if (c >= 'a' && c <= 'z') return c - 'a';
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= '2' && c <= '7') return c - '2' + 26;
  return -1;
}

// `letters` are kLetters of the alphabet. nullopt: bits set beyond the last octet, which no token
// of ours has.
std::optional<std::string> unbase32(std::string_view letters) {
  std::string out;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : letters) {
    bits = (bits << 5) | static_cast<unsigned>(letter_value(c));
    count += 5;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count);
    bits &= (1U << count) - 1;
  }
  if (bits != 0) return std::nullopt;
  return out;
}

std::string mac(const Key& key, std::string_view domain, std::string_view facts) {
  std::string signed_octets(facts);
  signed_octets += domain;
  const runtime::Digest digest = runtime::hmac_sha256(key.secret, signed_octets);
  return {digest.begin(), digest.begin() + kMacOctets};
}

}  // namespace

std::string issue_token(const Key& key, std::string_view domain, const TokenFacts& facts) {
  std::string octets;
  octets += static_cast<char>((kVersion << kKeyBits) | key.id);
  octets += static_cast<char>(facts.partition >> 8);
  octets += static_cast<char>(facts.partition & 0xff);
  octets += facts.delivery.bytes();
  octets += mac(key, domain, octets);
  return std::string(kPrefix) + base32(octets);
}

bool has_token_form(std::string_view local) {
  if (local.size() != kPrefix.size() + kLetters) return false;
  if ((local[0] != 'b' && local[0] != 'B') || local[1] != '.') return false;
  local.remove_prefix(kPrefix.size());
  return std::all_of(local.begin(), local.end(), [](char c) { return letter_value(c) >= 0; });
}

std::optional<TokenFacts> read_token(const KeyRing& keys, std::string_view domain,
                                     std::string_view local) {
  if (!has_token_form(local)) return std::nullopt;
  const auto octets = unbase32(local.substr(kPrefix.size()));
  if (!octets) return std::nullopt;
  const std::string_view all = *octets;
  const int first = static_cast<unsigned char>(all[0]);
  if (first >> kKeyBits != kVersion) return std::nullopt;
  const Key* key = keys.find(first & (kKeyIds - 1));
  if (key == nullptr) return std::nullopt;
  const std::string_view facts = all.substr(0, kFactsOctets);
  if (!runtime::equal_in_constant_time(mac(*key, domain, facts), all.substr(kFactsOctets))) {
    return std::nullopt;
  }
  TokenFacts out;
  out.partition = static_cast<std::uint16_t>(static_cast<unsigned char>(facts[1]) << 8 |
                                             static_cast<unsigned char>(facts[2]));
  out.delivery = *schemas::DeliveryId::from_bytes(facts.substr(3));
  return out;
}

}  // namespace waybill::relay::returnpath

#include "relay/message/needs.h"

#include <cstdint>
#include <cstring>

namespace waybill::relay::message {
namespace {

bool has_high_bit(std::string_view octets) {
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  std::uint64_t seen = 0;
  while (octets.size() >= kWord) {
    std::uint64_t word = 0;
    std::memcpy(&word, octets.data(), kWord);
    seen |= word;
    octets.remove_prefix(kWord);
  }
  for (const char c : octets) seen |= static_cast<unsigned char>(c);
  return (seen & kHigh) != 0;
}

}  // namespace

// How many of the octets are the header's, its empty line counted with it.
std::size_t NeedsScan::header_part(std::string_view octets) {
  std::size_t at = 0;
  while (at < octets.size()) {
    const std::size_t feed = octets.find('\n', at);
    const std::size_t end = feed == std::string_view::npos ? octets.size() : feed;
    if (in_line_ == 0) cr_first_ = octets[at] == '\r';
    in_line_ += end - at;
    if (feed == std::string_view::npos) return octets.size();
    at = feed + 1;
    const bool empty = in_line_ == 0 || (in_line_ == 1 && cr_first_);
    in_line_ = 0;
    if (!empty) continue;
    in_header_ = false;
    break;
  }
  return at;
}

void NeedsScan::read(std::string_view octets) {
  if (in_header_) {
    const std::size_t part = header_part(octets);
    if (has_high_bit(octets.substr(0, part))) needs_ = {.smtputf8 = true, .eight_bit = true};
    octets.remove_prefix(part);
  }
  if (!needs_.eight_bit) needs_.eight_bit = has_high_bit(octets);
}

}  // namespace waybill::relay::message

#include "projector/rows/key_codec.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "runtime/check.h"
#include "runtime/crypto.h"

namespace waybill::projector {
namespace {

static_assert(std::endian::native == std::endian::little, "big-endian is the other way round");

std::uint32_t swapped(std::uint32_t number) { return __builtin_bswap32(number); }
std::uint64_t swapped(std::uint64_t number) { return __builtin_bswap64(number); }

template <class Number>
void append_be(std::string& out, Number number) {
  number = swapped(number);
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <class Number>
Number read_be(std::string_view octets) {
  runtime::check(octets.size() >= sizeof(Number), "a number is read from enough octets");
  Number number;
  std::memcpy(&number, octets.data(), sizeof number);
  return swapped(number);
}

// `flip`: 0, or all ones where the greater number is to sort first.
void append_short(std::string& out, std::uint64_t number, unsigned char flip) {
  const auto octets = static_cast<unsigned>(std::bit_width(number) + 7) / 8;
  out += static_cast<char>(octets ^ flip);
  for (unsigned i = octets; i-- > 0;) out += static_cast<char>((number >> (8 * i) & 0xff) ^ flip);
}

std::optional<std::uint64_t> read_short(std::string_view octets, unsigned char flip) {
  if (octets.empty() || octets.size() > 9) return std::nullopt;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(octets[i]) ^ flip; };
  if (at(0) + 1U != octets.size() || (octets.size() > 1 && at(1) == 0)) return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t i = 1; i < octets.size(); ++i) {
    number = number << 8 | static_cast<std::uint64_t>(at(i));
  }
  return number;
}

constexpr unsigned char kFlipped = 0xff;

}  // namespace

void append_rising(std::string& out, std::uint64_t number) { append_short(out, number, 0); }
void append_falling(std::string& out, std::uint64_t number) { append_short(out, number, kFlipped); }
std::optional<std::uint64_t> read_rising(std::string_view octets) { return read_short(octets, 0); }
std::optional<std::uint64_t> read_falling(std::string_view octets) {
  return read_short(octets, kFlipped);
}

void append_be32(std::string& out, std::uint32_t number) { append_be(out, number); }
void append_be64(std::string& out, std::uint64_t number) { append_be(out, number); }
std::uint32_t read_be32(std::string_view octets) { return read_be<std::uint32_t>(octets); }
std::uint64_t read_be64(std::string_view octets) { return read_be<std::uint64_t>(octets); }

Prefix prefix_of(std::string_view text) {
  const runtime::Digest digest = runtime::sha256(text);
  Prefix prefix;
  std::copy_n(digest.begin(), kPrefix, prefix.begin());
  return prefix;
}

std::uint32_t hour_of(std::uint64_t time) {
  // Any 64-bit time fits: 2^64 ns are some 5 million hours.
  return static_cast<std::uint32_t>(time / static_cast<std::uint64_t>(kHour.count()));
}

std::string after_prefix(std::string_view prefix) {
  std::string after(prefix);
  while (!after.empty()) {
    if (after.back() != static_cast<char>(0xff)) {
      after.back() = static_cast<char>(after.back() + 1);
      return after;
    }
    after.pop_back();
  }
  return after;
}

}  // namespace waybill::projector

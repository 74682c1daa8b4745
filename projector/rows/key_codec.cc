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

}  // namespace

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

#include "schemas/partition.h"

#include <cstddef>

#include "runtime/check.h"

namespace waybill::schemas {
namespace {

constexpr std::uint32_t kSeed = 0x9747b28c;
constexpr std::uint32_t kMultiplier = 0x5bd1e995;
constexpr int kRotate = 24;

std::uint32_t octet(std::string_view octets, std::size_t at) {
  return static_cast<unsigned char>(octets[at]);
}

}  // namespace

std::uint32_t murmur2(std::string_view octets) {
  std::uint32_t hash = kSeed ^ static_cast<std::uint32_t>(octets.size());
  std::size_t at = 0;
  for (; at + 4 <= octets.size(); at += 4) {
    std::uint32_t word = octet(octets, at) | octet(octets, at + 1) << 8 |
                         octet(octets, at + 2) << 16 | octet(octets, at + 3) << 24;
    word *= kMultiplier;
    word ^= word >> kRotate;
    word *= kMultiplier;
    hash *= kMultiplier;
    hash ^= word;
  }
  const std::size_t rest = octets.size() - at;
  if (rest == 3) hash ^= octet(octets, at + 2) << 16;
  if (rest >= 2) hash ^= octet(octets, at + 1) << 8;
  if (rest >= 1) {
    hash ^= octet(octets, at);
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return hash;
}

std::uint32_t partition_of_key(std::string_view key, std::uint32_t count) {
  runtime::check(count > 0, "a log has at least one partition");
  return (murmur2(key) & 0x7fffffff) % count;
}

}  // namespace waybill::schemas

#include "runtime/chance.h"

#include <openssl/rand.h>

#include <array>
#include <cstring>

#include "runtime/check.h"

namespace waybill::runtime {

std::uint64_t Chance::below(std::uint64_t n) {
  check(n > 0, "a range to draw from is not empty");
  // Draws from the incomplete last stretch of 2^64 are thrown away: they would favour small values.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % n;
  for (;;) {
    std::array<std::uint8_t, 8> raw;
    fill(raw);
    std::uint64_t value = 0;
    std::memcpy(&value, raw.data(), raw.size());
    if (value < limit) return value % n;
  }
}

namespace {

// One call of the generator serves about a hundred events.
struct Pool {
  static constexpr std::size_t kOctets = 4096;
  std::array<std::uint8_t, kOctets> octets{};
  std::size_t used = kOctets;

  std::uint8_t next() {
    if (used == kOctets) refill();
    return octets[used++];
  }

 private:
  void refill() {
    check(RAND_bytes(octets.data(), static_cast<int>(kOctets)) == 1, "the system has random bytes");
    used = 0;
  }
};

class SystemChance final : public Chance {
 public:
  // Each thread has a pool of its own.
  void fill(std::span<std::uint8_t> out) override {
    thread_local Pool pool;
    for (auto& byte : out) byte = pool.next();
  }
};

}  // namespace

std::unique_ptr<Chance> system_chance() { return std::make_unique<SystemChance>(); }

}  // namespace waybill::runtime

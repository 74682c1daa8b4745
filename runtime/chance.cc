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

class SystemChance final : public Chance {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) {
      if (used_ == pool_.size()) refill();
      byte = pool_[used_++];
    }
  }

 private:
  // One call of the generator serves about a hundred events.
  static constexpr std::size_t kPoolBytes = 4096;

  void refill() {
    check(RAND_bytes(pool_.data(), static_cast<int>(pool_.size())) == 1,
          "the system has random bytes");
    used_ = 0;
  }

  std::array<std::uint8_t, kPoolBytes> pool_{};
  std::size_t used_ = kPoolBytes;
};

}  // namespace

std::unique_ptr<Chance> system_chance() { return std::make_unique<SystemChance>(); }

}  // namespace waybill::runtime

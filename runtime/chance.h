// Chance: randomness as a port, so that one seed replays a whole run. An instance belongs to one
// thread, but system_chance().
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace waybill::runtime {

class Chance {
 public:
  virtual ~Chance() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  // Uniform in [0, n); n > 0.
  std::uint64_t below(std::uint64_t n);
};

// Cryptographically strong, from the operating system, buffered. Any thread.
std::unique_ptr<Chance> system_chance();

}  // namespace waybill::runtime

// SHA-256 and HMAC-SHA-256, by OpenSSL. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace waybill::runtime {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);

// FIPS 198-1; a key of any length.
Digest hmac_sha256(std::string_view key, std::string_view bytes);

// Takes the same time whatever differs. False for different lengths.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// SHA-256 of a stream, fed in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  void update(std::string_view bytes);
  // Ends the stream: call once.
  Digest finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace waybill::runtime

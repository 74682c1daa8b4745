// FieldPolicy: which fields of events a sink may tell: each is kept, left out, or told as a hash
// under a key that the caller holds, so that equal values stay equal and nobody without the key can
// try out addresses. What is told of a field elsewhere (the domain of a hashed From, say) goes with
// it. Pure, any thread.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/failure.h"
#include "stream/mapping/fields.h"

namespace waybill::stream {

enum class FieldRule : std::uint8_t { keep, drop, hash };

// What stands behind the name of a field in whose place a hash is: no reader takes it for the
// value, and none refuses it for not being of the value's type.
inline constexpr std::string_view kHashSuffix = "_hash";
// In our own JSON the hash stands in the value's place behind this.
inline constexpr std::string_view kHashPrefix = "hmac-sha256:";

class FieldPolicy {
 public:
  using Rules = std::vector<std::pair<std::string, FieldRule>>;

  // Keeps all.
  FieldPolicy() = default;
  // Rules by the names of the table (fields.h). `key`: of HMAC-SHA-256; kMinKey octets or more
  // where anything is hashed. Errc::invalid: no field has that name, it cannot be left out, it is
  // no text and so not hashed, it has two rules, or there is no key.
  static runtime::Explained<FieldPolicy> make(const Rules& rules, std::string key);

  static constexpr std::size_t kMinKey = 16;

  // Of a field that tells a part of another: the other's, where a hash is left out.
  FieldRule of(Field field) const;
  bool keeps_all() const;
  // 64 hexadecimal digits.
  std::string hash(std::string_view value) const;

 private:
  std::array<FieldRule, kFieldCount> rules_{};
  std::string key_;
};

}  // namespace waybill::stream

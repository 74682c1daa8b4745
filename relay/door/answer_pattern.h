// AnswerPattern: which answers of a DNS list are listings (RFC 5782 2.1): "127.0.0.2",
// "127.0.0.2-11", "127.0.0-255.1-3": each octet a number or a range. What matches none is no
// listing: lists say by answers such as 127.255.255.254 that they refuse to tell, and a parked
// domain answers with an address of its own. A value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/endpoint.h"

namespace waybill::relay::door {

struct AnswerPattern {
  struct Range {
    std::uint8_t from = 0;
    std::uint8_t to = 0;
    friend bool operator==(const Range&, const Range&) = default;
  };
  std::array<Range, 4> octets;

  // nullopt: it is not written so, or a range ends before it begins.
  static std::optional<AnswerPattern> parse(std::string_view text);
  bool holds(const runtime::IpAddress& answer) const;
  std::string text() const;

  friend bool operator==(const AnswerPattern&, const AnswerPattern&) = default;
};

}  // namespace waybill::relay::door

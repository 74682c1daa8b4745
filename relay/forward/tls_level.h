// TlsLevel: how much protection mail to a domain asks of its next hop (RFC 7435).
#pragma once

#include <array>
#include <string_view>

namespace waybill::relay::forward {

enum class TlsLevel {
  none,           // STARTTLS is not said
  opportunistic,  // where it is offered, whoever it is; else, or where it fails, without
  required,       // with whomever it is, or not at all
  verified,       // with the host that DNS named, by a certificate that is trusted, or not at all
  dane,           // with the host that DNS named, by what signed DNS says of it, or not at all
};

// Their words in the configuration, in the order of the enumeration.
inline constexpr std::array<std::string_view, 5> kTlsLevels = {"none", "opportunistic", "required",
                                                               "verified", "dane"};

inline std::string_view word_of(TlsLevel level) {
  return kTlsLevels[static_cast<std::size_t>(level)];
}

}  // namespace waybill::relay::forward

// Dane: what DNS says of a server's certificate (RFC 6698), as a client of TLS holds it against the
// certificate that it is shown (RFC 7671). Values, and which of them mean anything. Any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace waybill::runtime {

// One TLSA record (RFC 6698 2.1), whatever its numbers say.
struct Tlsa {
  std::uint8_t usage = 0;
  std::uint8_t selector = 0;
  std::uint8_t matching = 0;
  std::string data;  // octets
  friend auto operator<=>(const Tlsa&, const Tlsa&) = default;
};

struct Dane {
  // The first is the TLSA base domain, which the server is told (RFC 7672 8.1). A certificate that
  // an authority of `records` has issued must bear one of them.
  std::vector<std::string> names;
  std::vector<Tlsa> records;
  friend bool operator==(const Dane&, const Dane&) = default;
};

// Whether SMTP can verify by it: usages DANE-TA(2) and DANE-EE(3) (RFC 7672 3.1.3 takes none of the
// others), a selector and a matching type that are known, and data that can be of them: a digest
// by its length, what is not digested by its form.
bool is_usable(const Tlsa& record);
bool any_usable(const Dane& dane);

}  // namespace waybill::runtime

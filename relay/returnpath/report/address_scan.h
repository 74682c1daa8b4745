// Addresses in running text: where they stand, not whether they are lawful. Linear time.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::relay::returnpath::report {

// Addresses taken out of one text; a report that names more is cut.
inline constexpr std::size_t kMaxAddresses = 512;

struct FoundAddress {
  std::string text;       // "local@domain" as written, quotes of the local part kept
  std::size_t begin = 0;  // its place in the text, angle brackets not counted
  std::size_t end = 0;
  friend bool operator==(const FoundAddress&, const FoundAddress&) = default;
};

// In order. The local part is a dot-atom, UTF-8 included, or a quoted string (RFC 5321 4.1.2); the
// domain is labels or an address literal. A single label counts: bounces name local hosts. Of UTF-8
// only what stands in angle brackets is taken into an address: elsewhere words of a language that
// knows no spaces would stick to it.
std::vector<FoundAddress> find_addresses(std::string_view text);

// The same mailbox, as far as text shows: domain in any case, local part in any case.
bool same_address(std::string_view a, std::string_view b);

}  // namespace waybill::relay::returnpath::report

// A return path is read back only if it was issued by us for the same domain; and a key file gives
// the keys that it writes again.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relay/returnpath/key_ring.h"
#include "relay/returnpath/token.h"

using namespace waybill::relay::returnpath;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto ring = KeyRing::parse(text)) {
    const auto again = KeyRing::parse(ring->text());
    if (!again || again->text() != ring->text()) std::abort();
  }
  static const KeyRing keys = *KeyRing::parse("5 " + std::string(64, '7'));
  if (const auto facts = read_token(keys, "example.org", text)) {
    std::string lower(text);
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (issue_token(keys.current(), "example.org", *facts) != lower) std::abort();
  }
  return 0;
}

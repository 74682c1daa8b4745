// The files of a sink: whatever stands in them, they are refused in words, or come to a place.

#include <cstdint>
#include <string_view>

#include "runtime/check.h"
#include "stream/cursor_file.h"
#include "stream/dead_letters.h"

using namespace waybill;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  const auto cursor = stream::parse_cursor_file(octets);
  runtime::check(cursor || !cursor.error().why.empty(), "what is refused is told why");
  const auto spots = stream::DeadLetters::parse(octets);
  runtime::check(spots || !spots.error().why.empty(), "what is refused is told why");
  return 0;
}

// A cursor of the feed is refused, or is the one text of its place.

#include <cstdint>
#include <string_view>

#include "query/feed/place.h"
#include "runtime/check.h"

using namespace waybill;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto place = query::feed::from_cursor(text);
  if (!place) {
    runtime::check(place.error() == runtime::Errc::invalid, "a refusal is of the text");
    return 0;
  }
  runtime::check(!place->empty() && place->size() <= query::feed::kMostPartitions, "a log's");
  runtime::check(query::feed::to_cursor(*place) == text, "one place has one text");
  return 0;
}

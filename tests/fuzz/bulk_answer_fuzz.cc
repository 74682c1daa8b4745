// What a receiver of _bulk answers: whatever it is, each item has a status of HTTP.

#include <cstddef>
#include <cstdint>

#include "runtime/check.h"
#include "stream/transport/bulk_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace waybill;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)stream::read_bulk_error(text);
  const auto items = stream::read_bulk_answer(text);
  if (!items) return 0;
  for (const auto& item : *items) {
    runtime::check(item.status >= 100 && item.status <= 599, "a status is one of HTTP");
  }
  return 0;
}

// What a collector answers to events, and to a question for acknowledgements.

#include <cstddef>
#include <cstdint>

#include "runtime/check.h"
#include "stream/transport/hec_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace waybill;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)stream::read_hec_answer(text);
  const auto acks = stream::read_hec_acks(text);
  // Each id that is told has its "true" in the text.
  if (acks) runtime::check(acks->size() <= size / 4, "no id is told that is not there");
  return 0;
}

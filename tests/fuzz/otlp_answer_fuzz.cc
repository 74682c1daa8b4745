// What a receiver of OTLP/HTTP answers.

#include <cstddef>
#include <cstdint>

#include "runtime/check.h"
#include "stream/transport/otlp_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace waybill;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  runtime::check(stream::read_otlp_error(text).size() <= size, "words are of the text");
  const auto answer = stream::read_otlp_answer(text);
  if (answer) runtime::check(answer->words.size() <= size, "words are of the text");
  return 0;
}

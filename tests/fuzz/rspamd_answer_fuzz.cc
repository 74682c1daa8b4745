// What rspamd answers: whatever it is, no field of its ends its line.

#include <cstddef>
#include <cstdint>

#include "relay/spam/rspamd_words.h"
#include "runtime/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace waybill;
  const auto judged = relay::spam::read_answer({reinterpret_cast<const char*>(data), size});
  if (!judged) return 0;
  for (const auto& [name, value] : judged->fields) {
    const bool one_line = (name + value).find_first_of("\r\n") == std::string::npos;
    runtime::check(one_line, "a field stays on its line");
  }
  runtime::check(judged->word.find('\n') == std::string::npos, "an action is one line");
  return 0;
}

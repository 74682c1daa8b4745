// A search text of any octets: what it asks for has one text that asks for the same, each word of
// it is used or refused, and what is tried instead works.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "query/search/parse.h"
#include "runtime/check.h"
#include "tests/support/search_context.h"
#include "tests/support/search_oracle.h"

using namespace waybill;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto context = query::search::reader_in_berlin();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string wrong = query::search::complaint(text, context);
  runtime::check(wrong.empty(), wrong);
  return 0;
}

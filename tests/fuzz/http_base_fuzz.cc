// Bases of HTTP servers: one that is taken says the same again when it is written and read.

#include <cstdint>
#include <string_view>

#include "runtime/check.h"
#include "runtime/http_base.h"

using namespace waybill::runtime;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto base = HttpBase::parse(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!base) return 0;
  const auto again = HttpBase::parse((base->tls ? "https://" : "http://") + base->authority());
  check(again.has_value() && *again == *base, "a base is what it says");
  return 0;
}

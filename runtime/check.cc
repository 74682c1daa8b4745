#include "runtime/check.h"

#include <cstdio>
#include <cstdlib>

namespace waybill::runtime {

void broken_promise(std::string_view what, const char* file, int line) noexcept {
  std::fprintf(stderr, "waybill: broken promise: %.*s (%s:%d)\n", static_cast<int>(what.size()),
               what.data(), file, line);
  std::abort();
}

}  // namespace waybill::runtime

// check(): a promise between parts of this program. A broken one ends the process, in production
// too: going on would make the log lie. Never for what the world may do to us (result.h).
#pragma once

#include <string_view>

namespace waybill::runtime {

[[noreturn]] void broken_promise(std::string_view what, const char* file, int line) noexcept;

// `what` says the promise, not the failure: "every acceptance has an outcome".
// The built-ins give the caller's place; clang 14 has no std::source_location on this library.
inline void check(bool kept, std::string_view what, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) noexcept {
  if (!kept) [[unlikely]] {
    broken_promise(what, file, line);
  }
}

}  // namespace waybill::runtime

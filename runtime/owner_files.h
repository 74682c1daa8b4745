// What the files of this folder share: how they are opened, written and complained of. Blocking.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "runtime/failure.h"

namespace waybill::runtime {

inline constexpr mode_t kOwnerOnly = 0600;

// Of errno: Errc::not_found, no_space, io_error, with `what`, the path and the system's words.
Failure failed_by_errno(const std::string& what, const std::string& path);

// All of it, however often the system takes a part; false: errno says why.
bool write_all(int file, std::string_view octets);

}  // namespace waybill::runtime

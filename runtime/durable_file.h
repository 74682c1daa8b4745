// Small files that are there whole or not at all, also after a loss of power.
#pragma once

#include <string>
#include <string_view>

#include "runtime/failure.h"

namespace waybill::runtime {

// `path` has `octets` when it returns: written beside it, synced, renamed. Only its owner may read
// it. Errc::no_space, io_error; then what was there before is there still.
Explained<void> replace_file(const std::string& path, std::string_view octets);

// The whole of it. Errc::not_found, io_error.
Explained<std::string> read_file(const std::string& path);

// The names in the directory that `path` is in outlive a loss of power.
Explained<void> sync_directory_of(const std::string& path);

}  // namespace waybill::runtime

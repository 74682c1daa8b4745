// Small files that are there whole or not at all, also after a loss of power.
#pragma once

#include <string>
#include <string_view>

#include "runtime/failure.h"

namespace waybill::runtime {

// `path` has `octets` when it returns: written beside it, synced, renamed. Only its owner may read
// it. Errc::no_space, io_error, not_found (the directory); then what was there before is there
// still.
Explained<void> replace_file(const std::string& path, std::string_view octets);

// The same for a file that is not there yet, whoever else makes it meanwhile. Errc::refused: it is
// there, and stays as it is.
Explained<void> create_file(const std::string& path, std::string_view octets);

// `lines`, each with its newline, behind what the file has; one that is not there is made. They are
// on the disk when it returns. What a crash left of a line at the end is cut off first. Errc as of
// replace_file(); then the file has what it had.
Explained<void> append_lines(const std::string& path, std::string_view lines);

// The whole of it. Errc::not_found, io_error; invalid: it has more than kMostFile octets.
inline constexpr std::size_t kMostFile = 16 << 20;
Explained<std::string> read_file(const std::string& path);

// A file, or a directory with the names in it, outlives a loss of power.
Explained<void> sync_path(const std::string& path);
// The same of the directory that `path` is in.
Explained<void> sync_directory_of(const std::string& path);

// In one file system; the new name outlives a loss of power.
Explained<void> rename_file(const std::string& from, const std::string& to);

}  // namespace waybill::runtime

// Files of backups: written whole and safe, or not there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "runtime/failure.h"

namespace waybill::app {

// A file, or a directory with what it names, survives a power cut once this gives true.
bool sync_path(const std::filesystem::path& path);

// The file appears under its name once it is whole and safe.
runtime::Explained<void> write_whole(const std::filesystem::path& path, const std::string& text);

// Of at most kMostFile octets; Errc::not_found, io_error, invalid.
inline constexpr std::uintmax_t kMostFile = 16 << 20;
runtime::Explained<std::string> read_whole(const std::filesystem::path& path);

runtime::Explained<void> rename_safely(const std::filesystem::path& from,
                                       const std::filesystem::path& to);

// SHA-256 as hex.
std::string digest_of(const std::string& octets);

// Another process has the RocksDB in `directory` open to write.
bool is_held(const std::filesystem::path& directory);

// "3.4 MiB".
std::string about_octets(std::uint64_t octets);

}  // namespace waybill::app

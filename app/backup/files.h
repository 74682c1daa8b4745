// What backups say of files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace waybill::app {

// Behind the name of what a restore has not put in its place yet.
inline constexpr char kRestoring[] = ".restoring";

// SHA-256 as hex.
std::string digest_of(const std::string& octets);

// Another process has the RocksDB in `directory` open to write.
bool is_held(const std::filesystem::path& directory);

// "3.4 MiB".
std::string about_octets(std::uint64_t octets);

}  // namespace waybill::app

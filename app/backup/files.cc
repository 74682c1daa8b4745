#include "app/backup/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include "runtime/crypto.h"
#include "runtime/hex.h"

namespace waybill::app {

namespace fs = std::filesystem;
using runtime::Errc;
using runtime::explain;
using runtime::Explained;
using runtime::Failure;

bool sync_path(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = ::fsync(descriptor) == 0;
  ::close(descriptor);
  return synced;
}

Explained<void> write_whole(const fs::path& path, const std::string& text) {
  const fs::path fresh = path.string() + ".new";
  {
    std::ofstream file(fresh, std::ios::binary);
    file << text;
    if (!file.flush()) {
      return Failure{errno == ENOSPC ? Errc::no_space : Errc::io_error,
                     "cannot write " + path.string() + ": " + std::strerror(errno)};
    }
  }
  if (!sync_path(fresh)) return Failure{Errc::io_error, "cannot sync " + fresh.string()};
  return rename_safely(fresh, path);
}

Explained<std::string> read_whole(const fs::path& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) {
    const bool absent = error == std::errc::no_such_file_or_directory;
    return Failure{absent ? Errc::not_found : Errc::io_error,
                   "cannot read " + path.string() + ": " + error.message()};
  }
  if (size > kMostFile) return Failure{Errc::invalid, path.string() + " is too large"};
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (file.bad() || text.str().size() != size) {
    return Failure{Errc::io_error, "cannot read " + path.string()};
  }
  return text.str();
}

Explained<void> rename_safely(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) return explain(error, "cannot rename " + from.string());
  if (!sync_path(to.parent_path())) {
    return Failure{Errc::io_error, "cannot sync " + to.parent_path().string()};
  }
  return {};
}

std::string digest_of(const std::string& octets) { return runtime::hex(runtime::sha256(octets)); }

bool is_held(const fs::path& directory) {
  const int descriptor = ::open((directory / "LOCK").c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return false;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool held = ::fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  ::close(descriptor);
  return held;
}

std::string about_octets(std::uint64_t octets) {
  constexpr std::array kUnits = {"octets", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(octets);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
  return text.data();
}

}  // namespace waybill::app

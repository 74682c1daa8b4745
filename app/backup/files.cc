#include "app/backup/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "runtime/crypto.h"
#include "runtime/hex.h"

namespace waybill::app {

namespace fs = std::filesystem;
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

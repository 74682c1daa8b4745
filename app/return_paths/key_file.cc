#include "app/return_paths/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "runtime/chance.h"

namespace waybill::app {

using relay::returnpath::KeyRing;

namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr mode_t kOthers = 0077;

std::string failure(const std::string& what, const std::string& path) {
  return what + " " + path + ": " + std::strerror(errno);
}

bool write_all(int descriptor, const std::string& text) {
  const ssize_t wrote = ::write(descriptor, text.data(), text.size());
  return wrote == static_cast<ssize_t>(text.size()) && ::fsync(descriptor) == 0;
}

bool sync_directory(const std::filesystem::path& path) {
  const std::string directory = path.has_parent_path() ? path.parent_path().string() : ".";
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = ::fsync(descriptor) == 0;
  ::close(descriptor);
  return synced;
}

// A new file beside it, then its name.
bool write_keys(const std::string& path, const KeyRing& keys, std::string& why) {
  const std::string fresh = path + ".new";
  const int descriptor =
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kOwnerOnly);
  if (descriptor < 0) {
    why = failure("cannot write", fresh);
    return false;
  }
  const bool wrote = write_all(descriptor, keys.text());
  if (!wrote) why = failure("cannot write", fresh);
  ::close(descriptor);
  if (!wrote) return false;
  if (::rename(fresh.c_str(), path.c_str()) != 0 || !sync_directory(path)) {
    why = failure("cannot write", path);
    return false;
  }
  return true;
}

}  // namespace

std::optional<KeyRing> read_keys(const std::string& path, std::string& why) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) {
    why = failure("cannot read", path);
    return std::nullopt;
  }
  if ((about.st_mode & kOthers) != 0) {
    why = path + " may be read by others than its owner: chmod 600 it";
    return std::nullopt;
  }
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) {
    why = failure("cannot read", path);
    return std::nullopt;
  }
  auto keys = KeyRing::parse(text.str(), why);
  if (!keys) why = path + ": " + why;
  return keys;
}

std::optional<KeyRing> load_or_make_keys(const std::string& path, std::string& why) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) return read_keys(path, why);
  const auto chance = runtime::system_chance();
  KeyRing keys = KeyRing::fresh(*chance);
  if (!write_keys(path, keys, why)) return std::nullopt;
  return keys;
}

bool rotate_keys(const std::string& path, std::string& why) {
  const auto keys = read_keys(path, why);
  if (!keys) return false;
  const auto chance = runtime::system_chance();
  return write_keys(path, keys->rotated(*chance), why);
}

}  // namespace waybill::app

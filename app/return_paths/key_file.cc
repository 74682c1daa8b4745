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
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr mode_t kOthers = 0077;

Failure failed(const std::string& what, const std::string& path) {
  return {Errc::io_error, what + " " + path + ": " + std::strerror(errno)};
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
Explained<void> write_keys(const std::string& path, const KeyRing& keys) {
  const std::string fresh = path + ".new";
  const int descriptor =
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kOwnerOnly);
  if (descriptor < 0) return failed("cannot write", fresh);
  Explained<void> wrote;
  if (!write_all(descriptor, keys.text())) wrote = failed("cannot write", fresh);
  ::close(descriptor);
  if (!wrote) return wrote;
  if (::rename(fresh.c_str(), path.c_str()) != 0 || !sync_directory(path)) {
    return failed("cannot write", path);
  }
  return {};
}

}  // namespace

Explained<KeyRing> read_keys(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return failed("cannot read", path);
  if (!S_ISREG(about.st_mode)) return Failure{Errc::invalid, path + " is not a regular file"};
  if ((about.st_mode & kOthers) != 0) {
    return Failure{Errc::invalid, path + " may be read by others than its owner: chmod 600 it"};
  }
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return failed("cannot read", path);
  auto keys = KeyRing::parse(text.str());
  if (!keys) return keys.error().in(path);
  return keys;
}

Explained<KeyRing> load_or_make_keys(const std::string& path) {
  struct stat about {};
  // A link that leads nowhere is there, and keys are made where there is nothing at all.
  if (::lstat(path.c_str(), &about) == 0 || errno != ENOENT) return read_keys(path);
  const auto chance = runtime::system_chance();
  KeyRing keys = KeyRing::fresh(*chance);
  if (const auto written = write_keys(path, keys); !written) return written.error();
  return keys;
}

Explained<void> rotate_keys(const std::string& path, runtime::WallTime now,
                            std::chrono::seconds least_age) {
  const auto keys = read_keys(path);
  if (!keys) return keys.error();
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return failed("cannot read", path);
  const auto changed = runtime::WallTime(std::chrono::seconds(about.st_mtim.tv_sec));
  if (keys->size() == relay::returnpath::kMaxKeys && now - changed < least_age) {
    const auto hours = std::chrono::ceil<std::chrono::hours>(least_age - (now - changed));
    return Failure{Errc::refused,
                   path +
                       " was rotated less than the longest bounce_window ago: bounces of mail "
                       "that the key signed which would go now would be refused. Wait " +
                       std::to_string(hours.count()) + " hours, or say --force"};
  }
  const auto chance = runtime::system_chance();
  return write_keys(path, keys->rotated(*chance));
}

}  // namespace waybill::app

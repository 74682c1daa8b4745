#include "app/return_paths/key_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "runtime/chance.h"
#include "runtime/durable_file.h"

namespace waybill::app {

using relay::returnpath::KeyRing;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

namespace {

constexpr mode_t kOthers = 0077;

Failure failed(const std::string& what, const std::string& path) {
  return {Errc::io_error, what + " " + path + ": " + std::strerror(errno)};
}

// A link that leads nowhere is there, and keys are made where there is nothing at all.
bool is_there(const std::string& path) {
  struct stat about {};
  return ::lstat(path.c_str(), &about) == 0 || errno != ENOENT;
}

}  // namespace

Explained<KeyRing> read_keys(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return failed("cannot read", path);
  if (!S_ISREG(about.st_mode)) return Failure{Errc::invalid, path + " is not a regular file"};
  if ((about.st_mode & kOthers) != 0) {
    return Failure{Errc::invalid, path + " may be read by others than its owner: chmod 600 it"};
  }
  const auto text = runtime::read_file(path);
  if (!text) return text.error();
  auto keys = KeyRing::parse(*text);
  if (!keys) return keys.error().in(path);
  return keys;
}

Explained<KeyRing> load_or_make_keys(const std::string& path, Absence absence) {
  if (is_there(path)) return read_keys(path);
  if (absence == Absence::lost) {
    return Failure{Errc::not_found,
                   path +
                       " is not there, though mail was taken with its keys: bring the file back "
                       "(from a backup, or mount the volume that it lies on). Only if it is lost "
                       "for good, `waybill keys make` makes another one, and every bounce of mail "
                       "sent so far is then refused"};
  }
  if (const auto made = make_keys(path); !made) return made.error();
  return read_keys(path);
}

Explained<void> make_keys(const std::string& path) {
  if (is_there(path)) {
    return Failure{Errc::refused,
                   path + " is there already; `waybill keys rotate` puts a fresh key in front"};
  }
  const auto chance = runtime::system_chance();
  return runtime::replace_file(path, KeyRing::fresh(*chance).text());
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
  return runtime::replace_file(path, keys->rotated(*chance).text());
}

}  // namespace waybill::app

#include "runtime/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace waybill::runtime {

namespace {

constexpr mode_t kOwnerOnly = 0600;

// Of errno.
Failure failed(const std::string& what, const std::string& path) {
  const int code = errno;
  const Errc errc = code == ENOENT                     ? Errc::not_found
                    : code == ENOSPC || code == EDQUOT ? Errc::no_space
                                                       : Errc::io_error;
  return {errc, what + " " + path + ": " + std::strerror(code)};
}

bool write_all(int file, std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t wrote = ::write(file, octets.data(), octets.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return false;
    octets.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return ::fsync(file) == 0;
}

}  // namespace

Explained<void> sync_path(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed("cannot open", path);
  Explained<void> synced;
  if (::fsync(file) != 0) synced = failed("cannot sync", path);
  ::close(file);
  return synced;
}

Explained<void> sync_directory_of(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  return sync_path(parent.empty() ? "." : parent.string());
}

Explained<void> rename_file(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return failed("cannot rename", from);
  return sync_directory_of(to);
}

Explained<void> replace_file(const std::string& path, std::string_view octets) {
  const std::string fresh = path + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kOwnerOnly);
  if (file < 0) return failed("cannot write", fresh);
  Explained<void> wrote;
  if (!write_all(file, octets)) wrote = failed("cannot write", fresh);
  ::close(file);
  return wrote ? rename_file(fresh, path) : wrote;
}

// A rename would put the new file in the place of another one; a link does not.
Explained<void> create_file(const std::string& path, std::string_view octets) {
  const std::string fresh = path + ".new";
  // What a process that died here left may be the file itself by another name.
  ::unlink(fresh.c_str());
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly);
  if (file < 0) return failed("cannot write", fresh);
  Explained<void> made;
  if (!write_all(file, octets)) made = failed("cannot write", fresh);
  ::close(file);
  if (made && ::link(fresh.c_str(), path.c_str()) != 0) {
    made = errno == EEXIST ? Failure{Errc::refused, path + " is there already"}
                           : failed("cannot make", path);
  }
  ::unlink(fresh.c_str());
  return made ? sync_directory_of(path) : made;
}

Explained<std::string> read_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed("cannot read", path);
  Explained<std::string> out = std::string();
  std::array<char, 4096> block{};
  for (;;) {
    const ssize_t count = ::read(file, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) out = failed("cannot read", path);
    if (count <= 0) break;
    out->append(block.data(), static_cast<std::size_t>(count));
    if (out->size() <= kMostFile) continue;
    out = Failure{Errc::invalid, path + " is too large"};
    break;
  }
  ::close(file);
  return out;
}

}  // namespace waybill::runtime

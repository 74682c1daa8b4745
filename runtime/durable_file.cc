#include "runtime/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "runtime/owner_files.h"

namespace waybill::runtime {

namespace {

bool write_and_sync(int file, std::string_view octets) {
  return write_all(file, octets) && ::fsync(file) == 0;
}

}  // namespace

Explained<void> sync_path(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed_by_errno("cannot open", path);
  Explained<void> synced;
  if (::fsync(file) != 0) synced = failed_by_errno("cannot sync", path);
  ::close(file);
  return synced;
}

Explained<void> sync_directory_of(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  return sync_path(parent.empty() ? "." : parent.string());
}

Explained<void> rename_file(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return failed_by_errno("cannot rename", from);
  return sync_directory_of(to);
}

Explained<void> replace_file(const std::string& path, std::string_view octets) {
  const std::string fresh = path + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kOwnerOnly);
  if (file < 0) return failed_by_errno("cannot write", fresh);
  Explained<void> wrote;
  if (!write_and_sync(file, octets)) wrote = failed_by_errno("cannot write", fresh);
  ::close(file);
  return wrote ? rename_file(fresh, path) : wrote;
}

// A rename would put the new file in the place of another one; a link does not.
Explained<void> create_file(const std::string& path, std::string_view octets) {
  const std::string fresh = path + ".new";
  // What a process that died here left may be the file itself by another name.
  ::unlink(fresh.c_str());
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly);
  if (file < 0) return failed_by_errno("cannot write", fresh);
  Explained<void> made;
  if (!write_and_sync(file, octets)) made = failed_by_errno("cannot write", fresh);
  ::close(file);
  if (made && ::link(fresh.c_str(), path.c_str()) != 0) {
    made = errno == EEXIST ? Failure{Errc::refused, path + " is there already"}
                           : failed_by_errno("cannot make", path);
  }
  ::unlink(fresh.c_str());
  return made ? sync_directory_of(path) : made;
}

namespace {

// Where the last whole line ends; -1: the file cannot be read.
off_t end_of_lines(int file) {
  off_t end = ::lseek(file, 0, SEEK_END);
  std::array<char, 4096> block{};
  while (end > 0) {
    const auto size = std::min<off_t>(end, block.size());
    const ssize_t count = ::pread(file, block.data(), static_cast<std::size_t>(size), end - size);
    if (count != size) return -1;
    const std::string_view text(block.data(), static_cast<std::size_t>(size));
    const std::size_t newline = text.rfind('\n');
    if (newline != std::string_view::npos) return end - size + static_cast<off_t>(newline) + 1;
    end -= size;
  }
  return end;
}

bool append_and_sync(int file, std::string_view lines) {
  const off_t end = end_of_lines(file);
  if (end < 0 || ::ftruncate(file, end) != 0) return false;
  if (write_all(file, lines) && ::fdatasync(file) == 0) return true;
  const int error = errno;
  if (::ftruncate(file, end) != 0) return false;
  errno = error;
  return false;
}

}  // namespace

Explained<void> append_lines(const std::string& path, std::string_view lines) {
  const bool is_new = ::access(path.c_str(), F_OK) != 0;
  const int flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC;
  const int file = ::open(path.c_str(), flags, kOwnerOnly);
  if (file < 0) return failed_by_errno("cannot write", path);
  Explained<void> written;
  if (!append_and_sync(file, lines)) written = failed_by_errno("cannot write", path);
  ::close(file);
  return written && is_new ? sync_directory_of(path) : written;
}

Explained<std::string> read_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed_by_errno("cannot read", path);
  Explained<std::string> out = std::string();
  std::array<char, 4096> block{};
  for (;;) {
    const ssize_t count = ::read(file, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) out = failed_by_errno("cannot read", path);
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

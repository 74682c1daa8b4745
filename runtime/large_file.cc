#include "runtime/large_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "runtime/owner_files.h"

namespace waybill::runtime {

Explained<GrowingFile> GrowingFile::create(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kOwnerOnly);
  if (file < 0) return failed_by_errno("cannot write", path);
  return GrowingFile(file, path);
}

GrowingFile::GrowingFile(GrowingFile&& other) noexcept
    : file_(std::exchange(other.file_, -1)), path_(std::move(other.path_)), size_(other.size_) {}

GrowingFile::~GrowingFile() {
  if (file_ >= 0) ::close(file_);
}

Explained<void> GrowingFile::append(std::string_view octets) {
  if (!write_all(file_, octets)) return failed_by_errno("cannot write", path_);
  size_ += octets.size();
  return {};
}

Explained<void> GrowingFile::sync() {
  if (::fsync(file_) != 0) return failed_by_errno("cannot sync", path_);
  return {};
}

Explained<ReadableFile> ReadableFile::open(const std::string& path) {
  // Whatever stands there, nothing is waited for and nothing else is read.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0) return failed_by_errno("cannot read", path);
  ReadableFile out(file, path);
  struct stat facts {};
  if (::fstat(file, &facts) != 0) return failed_by_errno("cannot read", path);
  if (!S_ISREG(facts.st_mode)) return Failure{Errc::invalid, path + " is no file"};
  out.size_ = static_cast<std::uint64_t>(facts.st_size);
  return out;
}

ReadableFile::ReadableFile(ReadableFile&& other) noexcept
    : file_(std::exchange(other.file_, -1)), path_(std::move(other.path_)), size_(other.size_) {}

ReadableFile::~ReadableFile() {
  if (file_ >= 0) ::close(file_);
}

Explained<std::string> ReadableFile::read(std::uint64_t offset, std::size_t count) const {
  std::string out(count, '\0');
  std::size_t have = 0;
  while (have < count) {
    const ssize_t got =
        ::pread(file_, out.data() + have, count - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed_by_errno("cannot read", path_);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  out.resize(have);
  return out;
}

}  // namespace waybill::runtime

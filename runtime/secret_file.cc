#include "runtime/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "runtime/ascii.h"
#include "runtime/crypto.h"

namespace waybill::runtime {
namespace {

constexpr mode_t kOthers = 0077;
constexpr std::string_view kScheme = "bearer ";

// Closes with the scope. Read and judged through one descriptor, so that the file that was judged
// is the file that is read.
struct Descriptor {
  explicit Descriptor(const std::string& path)
      // A pipe in its place must not hold the start up for ever.
      : number(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number;
};

// `advice`: what to do where it is not there.
Failure failed(const std::string& path, std::string_view advice) {
  const int cause = errno;
  std::string why = "cannot read " + path + ": " + std::strerror(cause);
  if (cause != ENOENT) return {Errc::io_error, std::move(why)};
  return {Errc::not_found, why.append(advice)};
}

Failure wrong(const std::string& path, const std::string& what) {
  return {Errc::invalid, path + " " + what};
}

// One octet more than a good file can hold, with "\r\n" at its end.
std::optional<std::string> contents(int descriptor, std::size_t most) {
  std::string buffer(most + 3, '\0');
  std::size_t size = 0;
  while (size < buffer.size()) {
    const ssize_t count = ::read(descriptor, buffer.data() + size, buffer.size() - size);
    if (count < 0) return std::nullopt;
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  buffer.resize(size);
  return buffer;
}

void trim_line_end(std::string& line) {
  if (!line.empty() && line.back() == '\n') line.pop_back();
  if (!line.empty() && line.back() == '\r') line.pop_back();
}

bool visible(char c) { return c > ' ' && c <= '~'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

Explained<std::string> read_line(const std::string& path, std::size_t most,
                                 std::string_view advice) {
  const Descriptor file(path);
  struct stat about {};
  if (file.number < 0 || ::fstat(file.number, &about) != 0) return failed(path, advice);
  if (!S_ISREG(about.st_mode)) return wrong(path, "is not a regular file");
  if ((about.st_mode & kOthers) != 0) {
    return wrong(path, "may be read by others than its owner: chmod 600 it");
  }
  auto line = contents(file.number, most);
  if (!line) return failed(path, advice);
  trim_line_end(*line);
  return *std::move(line);
}

}  // namespace

Explained<std::string> read_secret_line(const std::string& path, std::size_t most) {
  auto line = read_line(path, most, "");
  if (!line) return line;
  if (line->empty() || line->size() > most || ascii::has_control(*line)) {
    return wrong(path, "must hold one line of 1 to " + std::to_string(most) +
                           " octets, none of them a control octet");
  }
  return line;
}

Explained<SharedSecret> SharedSecret::read(const std::string& path) {
  auto line = read_line(path, kMostSecret,
                        "; make one with: (umask 077; openssl rand -hex 32 > " + path + ")");
  if (!line) return line.error();
  if (line->size() < kLeastSecret || line->size() > kMostSecret ||
      !std::all_of(line->begin(), line->end(), visible)) {
    const std::string what = "must hold one line of " + std::to_string(kLeastSecret) + " to " +
                             std::to_string(kMostSecret) + " visible ASCII characters; make it " +
                             "with: openssl rand -hex 32 > " + path;
    return wrong(path, what);
  }
  return SharedSecret(std::move(*line));
}

bool SharedSecret::shown_by(std::string_view authorization) const {
  if (authorization.size() < kScheme.size()) return false;
  const auto scheme = authorization.substr(0, kScheme.size());
  const bool bearer = std::equal(scheme.begin(), scheme.end(), kScheme.begin(),
                                 [](char a, char b) { return lower(a) == b; });
  return bearer && equal_in_constant_time(authorization.substr(kScheme.size()), text_);
}

}  // namespace waybill::runtime

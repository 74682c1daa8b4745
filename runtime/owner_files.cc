#include "runtime/owner_files.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace waybill::runtime {

Failure failed_by_errno(const std::string& what, const std::string& path) {
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
  return true;
}

}  // namespace waybill::runtime

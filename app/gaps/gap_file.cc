#include "app/gaps/gap_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "schemas/event.h"

namespace waybill::app {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

std::string gap_file(const std::string& data_dir) { return data_dir + "/history.gaps"; }

Explained<void> add_gap(const std::string& data_dir, const Gap& gap) {
  const std::vector<Gap> known = read_gaps(data_dir);
  if (!known.empty() && known.back().what == gap.what) return {};
  const std::string path = gap_file(data_dir);
  constexpr mode_t kOwnerOnly = 0600;
  const int descriptor =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kOwnerOnly);
  const std::string line = schemas::rfc3339(gap.found) + " " + gap.what + "\n";
  const bool written =
      descriptor >= 0 &&
      ::write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
      ::fsync(descriptor) == 0;
  const int failed = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (written) return {};
  return Failure{Errc::io_error, "cannot write " + path + ": " + std::strerror(failed)};
}

std::vector<Gap> read_gaps(const std::string& data_dir) {
  std::vector<Gap> out;
  std::ifstream file(gap_file(data_dir));
  for (std::string line; std::getline(file, line);) {
    const std::size_t space = line.find(' ');
    const auto time = schemas::parse_rfc3339(line.substr(0, space));
    if (space == std::string::npos || !time) continue;
    out.push_back({*time, line.substr(space + 1)});
  }
  return out;
}

}  // namespace waybill::app

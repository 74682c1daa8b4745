#include "runtime/inherited_sockets.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace waybill::runtime {

namespace {

// Behind standard input, output and error: SD_LISTEN_FDS_START.
constexpr int kFirst = 3;
// More doors than anybody has.
constexpr int kMost = 256;

std::optional<int> number_in(std::string_view text) {
  int out = 0;
  const auto [stop, wrong] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (wrong != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace

Explained<std::vector<InheritedSocket>> inherited_in(const char* pid, const char* count,
                                                     const char* names, int own) {
  std::vector<InheritedSocket> out;
  if (pid == nullptr || count == nullptr || number_in(pid) != own) return out;
  const auto sockets = number_in(count);
  if (!sockets || *sockets < 0 || *sockets > kMost) {
    return Failure{Errc::invalid, "LISTEN_FDS is no number of sockets: " + std::string(count)};
  }
  std::string_view rest = names == nullptr ? "" : names;
  for (int i = 0; i < *sockets; ++i) {
    const std::string_view name = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    out.push_back({kFirst + i, std::string(name.empty() ? "unknown" : name)});
  }
  return out;
}

Explained<std::vector<InheritedSocket>> take_inherited_sockets() {
  auto out = inherited_in(std::getenv("LISTEN_PID"), std::getenv("LISTEN_FDS"),
                          std::getenv("LISTEN_FDNAMES"), ::getpid());
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  if (!out) return out;
  for (const InheritedSocket& one : *out) {
    if (::fcntl(one.descriptor, F_SETFD, FD_CLOEXEC) == 0) continue;
    return Failure{Errc::invalid, "LISTEN_FDS promises descriptor " +
                                      std::to_string(one.descriptor) + ", which is not open"};
  }
  return out;
}

}  // namespace waybill::runtime

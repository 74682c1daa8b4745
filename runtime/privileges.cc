#include "runtime/privileges.h"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <vector>

namespace waybill::runtime {

namespace {

// Names and a home of a user: sysconf(_SC_GETPW_R_SIZE_MAX) says 1024.
constexpr std::size_t kPasswdOctets = 16 << 10;
constexpr int kMostGroups = 1024;
// Capabilities that a kernel may know of, a bit each.
constexpr int kMostCapabilities = 64;

// What stands behind "Name:" and white space, until white space.
std::string_view value_of(std::string_view status, std::string_view name) {
  for (std::size_t at = 0; at < status.size();) {
    const std::size_t end = std::min(status.find('\n', at), status.size());
    std::string_view line = status.substr(at, end - at);
    at = end + 1;
    if (!line.starts_with(name) || line.substr(name.size(), 1) != ":") continue;
    line.remove_prefix(name.size() + 1);
    return line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
  }
  return {};
}

// The `field`-th number of a line, from 0.
std::optional<std::uint64_t> number_of(std::string_view line, int base, int field = 0) {
  for (; field > 0; --field) {
    line.remove_prefix(std::min(line.find_first_of(" \t"), line.size()));
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  }
  std::uint64_t out = 0;
  const auto [stop, wrong] = std::from_chars(line.data(), line.data() + line.size(), out, base);
  if (wrong != std::errc()) return std::nullopt;
  return out;
}

Failure failed(const char* what) {
  return explain(Error(errno, boost::system::system_category()), what);
}

struct Account {
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;
};

Explained<Account> account_of(const std::string& name) {
  std::array<char, kPasswdOctets> room;
  passwd entry{};
  passwd* found = nullptr;
  const int wrong = ::getpwnam_r(name.c_str(), &entry, room.data(), room.size(), &found);
  if (wrong != 0) {
    return explain(Error(wrong, boost::system::system_category()), "cannot look up its user");
  }
  if (found == nullptr) return Failure{Errc::not_found, "there is no such user here"};
  Account out{entry.pw_uid, entry.pw_gid, std::vector<gid_t>(kMostGroups)};
  int count = kMostGroups;
  if (::getgrouplist(name.c_str(), out.group, out.groups.data(), &count) < 0) {
    return Failure{Errc::limit_exceeded, "it is in more than a thousand groups"};
  }
  out.groups.resize(static_cast<std::size_t>(count));
  return out;
}

Explained<void> leave_root(const Account& to) {
  for (int capability = 0; capability < kMostCapabilities; ++capability) {
    // It ends with the first that this kernel does not know.
    if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) break;
  }
  if (::setgroups(to.groups.size(), to.groups.data()) != 0) return failed("cannot set its groups");
  if (::setresgid(to.group, to.group, to.group) != 0) return failed("cannot set its group");
  if (::setresuid(to.user, to.user, to.user) != 0) return failed("cannot set its user");
  return {};
}

Explained<void> lay_down_capabilities() {
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  if (::syscall(SYS_capset, &header, none.data()) != 0) return failed("cannot drop capabilities");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("cannot set no_new_privs");
  return {};
}

}  // namespace

std::optional<Privileges> privileges_in(std::string_view status) {
  const auto user = number_of(value_of(status, "Uid"), 10, 1);
  const auto capabilities = number_of(value_of(status, "CapEff"), 16);
  const auto sealed = number_of(value_of(status, "NoNewPrivs"), 10);
  if (!user || !capabilities || !sealed) return std::nullopt;
  return Privileges{static_cast<uid_t>(*user), *capabilities, *sealed == 0};
}

std::optional<Privileges> privileges_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  return privileges_in(std::string(std::istreambuf_iterator<char>(file), {}));
}

std::string user_name(uid_t user) {
  std::array<char, kPasswdOctets> room;
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(user, &entry, room.data(), room.size(), &found) != 0 || found == nullptr) {
    return std::to_string(user);
  }
  return entry.pw_name;
}

Explained<void> become(const std::string& user) {
  const auto account = account_of(user);
  if (!account) return account.error();
  if (account->user == 0) return Failure{Errc::invalid, "that is root"};
  if (::geteuid() != account->user) {
    if (::geteuid() != 0) {
      return Failure{Errc::refused, "this process is " + user_name(::geteuid()) +
                                        ": only root can become another user"};
    }
    if (const auto left = leave_root(*account); !left) return left;
  }
  if (const auto laid_down = lay_down_capabilities(); !laid_down) return laid_down;
  const auto now = privileges_of(::getpid());
  const bool back = ::setuid(0) == 0;
  if (back || !now || now->user != account->user || now->capabilities != 0 || now->may_gain) {
    return Failure{Errc::io_error, "the kernel says that it has become so, and it is not so"};
  }
  return {};
}

}  // namespace waybill::runtime

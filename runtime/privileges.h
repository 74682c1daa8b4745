// Privileges: what a process may do beyond what its files let it, as the kernel tells it in
// /proc/PID/status (proc_pid_status(5), capabilities(7)); and the way down from root.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/failure.h"

namespace waybill::runtime {

struct Privileges {
  uid_t user = 0;                  // effective
  std::uint64_t capabilities = 0;  // effective, a bit each
  bool may_gain = true;            // by a program that is set-user-ID: not no_new_privs
};

// Ports below 1024.
inline constexpr std::uint64_t kBindLowPorts = std::uint64_t{1} << 10;  // CAP_NET_BIND_SERVICE

// From the text of /proc/PID/status. nullopt: it does not say. Pure.
std::optional<Privileges> privileges_in(std::string_view status);

// Of that process; nullopt: there is none, or it is not shown to us.
std::optional<Privileges> privileges_of(pid_t process);

// "waybill"; its number where it has no name.
std::string user_name(uid_t user);

// For good: this user with its groups, no capability, none to be gained; then looks whether it is
// so. Where the process is that user already only the rest is done. Before there is a second
// thread, since each thread has capabilities of its own. The words say why not, and after them the
// process may be anything between: it has to end.
Explained<void> become(const std::string& user);

}  // namespace waybill::runtime

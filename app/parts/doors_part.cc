#include "app/parts/doors_part.h"

#include <unistd.h>

#include "runtime/log.h"
#include "runtime/privileges.h"

namespace waybill::app {

using runtime::Explained;
using runtime::Level;

Explained<void> DoorsPart::prepare() {
  const auto handed_over = runtime::take_inherited_sockets();
  if (!handed_over) return handed_over.error();
  auto doors = open_doors(process_.config(), *handed_over);
  if (!doors) return doors.error();
  doors_ = std::move(*doors);
  const std::string& user = process_.config().user;
  if (user.empty()) return {};
  if (const auto became = runtime::become(user); !became) {
    return became.error().in("server.user = " + user);
  }
  return {};
}

Explained<void> DoorsPart::start() {
  for (const Door& door : doors_) {
    if (!door.handed_over) continue;
    log(Level::info, "app",
        door.tls ? "a socket of the service manager stands for tls.listen"
                 : "a socket of the service manager stands for server.listen",
        {{door.tls ? kTlsDoor : kPlainDoor, to_string(door.socket.local())}});
  }
  if (!process_.config().user.empty()) {
    log(Level::info, "app", "root is given up", {{"user", process_.config().user}});
  } else if (::geteuid() == 0) {
    log(Level::warn, "app",
        "running as root: start it by waybill.service, or set server.user, so that a fault in it "
        "is not the machine's");
  }
  return {};
}

}  // namespace waybill::app

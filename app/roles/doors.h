// Doors: the sockets where mail comes in, before the relay listens at them.
#pragma once

#include <string>
#include <vector>

#include "app/config/config.h"
#include "runtime/bound_socket.h"
#include "runtime/failure.h"
#include "runtime/inherited_sockets.h"

namespace waybill::app {

struct Door {
  runtime::BoundSocket socket;
  bool tls = false;          // from the first octet on
  bool handed_over = false;  // by the service manager
};

// What FileDescriptorName= of a socket unit may say.
inline constexpr char kPlainDoor[] = "smtp";
inline constexpr char kTlsDoor[] = "smtps";

// Those that were handed over, each in the place of all of server.listen ("smtp") or of tls.listen
// ("smtps"); the addresses of the configuration else. The words name the address that could not be
// had and, where the system permits it not, what to do.
runtime::Explained<std::vector<Door>> open_doors(
    const Config& config, const std::vector<runtime::InheritedSocket>& handed_over);

}  // namespace waybill::app

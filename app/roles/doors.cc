#include "app/roles/doors.h"

#include <algorithm>

namespace waybill::app {

using runtime::Endpoint;
using runtime::Explained;
using runtime::Failure;
using runtime::InheritedSocket;

namespace {

// Ports that only a privileged process may bind: ip_unprivileged_port_start of ip_sysctl(5).
Failure cannot_listen(const Endpoint& at, const runtime::Error& error) {
  Failure out = runtime::explain(error, "cannot listen on " + to_string(at));
  if (error == boost::system::errc::permission_denied) {
    out.why +=
        ": a port below 1024 wants CAP_NET_BIND_SERVICE. Start it by waybill.service "
        "(AmbientCapabilities=) or with waybill.socket, or as root with server.user set, or give "
        "the program itself the capability: setcap cap_net_bind_service=+ep";
  }
  return out;
}

Explained<void> bind_all(const std::vector<Endpoint>& listen, bool tls, std::vector<Door>& out) {
  for (const Endpoint& at : listen) {
    auto socket = runtime::bind_socket(at);
    if (!socket) return cannot_listen(at, socket.error());
    out.push_back({std::move(*socket), tls});
  }
  return {};
}

Explained<void> adopt_all(const std::vector<InheritedSocket>& sockets, std::vector<Door>& out) {
  for (const InheritedSocket& one : sockets) {
    const std::string which = "socket " + one.name + " of the service manager";
    if (one.name != kPlainDoor && one.name != kTlsDoor) {
      return Failure{runtime::Errc::invalid,
                     which + ": FileDescriptorName= has to be smtp or smtps"};
    }
    auto socket = runtime::adopt_socket(one.descriptor);
    if (!socket) return socket.error().in(which);
    out.push_back({std::move(*socket), one.name == kTlsDoor, true});
  }
  return {};
}

}  // namespace

Explained<std::vector<Door>> open_doors(const Config& config,
                                        const std::vector<InheritedSocket>& handed_over) {
  std::vector<Door> out;
  if (const auto adopted = adopt_all(handed_over, out); !adopted) return adopted.error();
  const auto has = [&out](bool tls) {
    return std::any_of(out.begin(), out.end(), [&](const Door& door) { return door.tls == tls; });
  };
  const bool plain = has(false);
  const bool tls = has(true);
  if (!plain) {
    if (const auto bound = bind_all(config.smtp_listen, false, out); !bound) return bound.error();
  }
  if (!tls) {
    if (const auto bound = bind_all(config.tls.listen, true, out); !bound) return bound.error();
  }
  return out;
}

}  // namespace waybill::app

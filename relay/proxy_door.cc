#include "relay/proxy_door.h"

#include <algorithm>
#include <string>

#include "runtime/failure.h"
#include "runtime/log.h"
#include "runtime/proxied_connection.h"
#include "runtime/proxy_header.h"

namespace waybill::relay {

using runtime::Connection;
using runtime::Instant;
using runtime::Network;
using runtime::ProxyFault;
using runtime::ProxyHeader;
using runtime::ProxyHeaderLacks;
using runtime::Task;

namespace {

using Heard = runtime::Explained<ProxyHeader>;

Task<Heard> hear_header(Connection& connection, Instant deadline) {
  std::string octets;
  for (;;) {
    const auto read = runtime::read_proxy_header(octets);
    if (const auto* header = std::get_if<ProxyHeader>(&read)) co_return *header;
    if (const auto* fault = std::get_if<ProxyFault>(&read)) {
      co_return runtime::Failure{runtime::Errc::invalid, std::string(word(*fault))};
    }
    const std::size_t had = octets.size();
    octets.resize(had + std::get<ProxyHeaderLacks>(read).octets);
    const std::span<char> rest = std::span<char>(octets).subspan(had);
    const auto count = co_await connection.read_some(rest, deadline);
    if (!count) {
      const runtime::Errc code = runtime::errc_of(count.error());
      co_return runtime::Failure{code, code == runtime::Errc::timeout ? "did not come in time"
                                                                      : "did not come to its end"};
    }
    octets.resize(had + *count);
  }
}

}  // namespace

void ProxyDoor::adopt(std::unique_ptr<Connection> connection, Session::Begins begins) {
  const auto& peer = connection->remote().address;
  const bool proxied = std::any_of(proxies_.begin(), proxies_.end(),
                                   [&](const Network& network) { return network.holds(peer); });
  if (!proxied) return take_(std::move(connection), begins);
  if (crowd_.served() >= kMaxWithoutHeader) {
    return refuse(*connection, "is one of too many that have not come");
  }
  Connection& one = *connection;
  crowd_.serve("proxy header", one, hear(std::move(connection), begins));
}

Task<void> ProxyDoor::hear(std::unique_ptr<Connection> connection, Session::Begins begins) {
  const Instant deadline = clock_.now() + kProxyHeaderTimeout;
  const Heard heard = co_await hear_header(*connection, deadline);
  if (!heard && stopping_) co_return;
  if (!heard) {
    refuse(*connection, heard.error().why);
  } else if (heard->client) {
    take_(std::make_unique<runtime::ProxiedConnection>(std::move(connection), *heard->client),
          begins);
  } else {
    take_(std::move(connection), begins);
  }
}

void ProxyDoor::stop() {
  stopping_ = true;
  crowd_.close_all();
}

void ProxyDoor::refuse(const Connection& connection, std::string_view why) {
  refused_.add();
  ++untold_;
  if (clock_.now() < tell_again_) return;
  tell_again_ = clock_.now() + kProxyFaultTold;
  log(runtime::Level::warn, "relay", "a connection from server.proxy_from is closed: its header",
      {{"peer", to_string(connection.remote())}, {"header", why}, {"connections", untold_}});
  untold_ = 0;
}

}  // namespace waybill::relay

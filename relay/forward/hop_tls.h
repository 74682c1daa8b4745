// HopTls: the port through which connections to next hops are protected, and how much of it the
// mail to each domain asks for.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "relay/forward/tls_level.h"
#include "runtime/tls_connection.h"

namespace waybill::relay::forward {

class HopTls {
 public:
  virtual ~HopTls() = default;
  // `domain`: of the target, in lower case; "[192.0.2.1]" of an address literal.
  virtual TlsLevel level_of(std::string_view domain) const = 0;
  // As client of `host`. `level` is not none.
  virtual std::unique_ptr<runtime::TlsConnection> secure(
      std::unique_ptr<runtime::Connection> connection, const std::string& host,
      TlsLevel level) const = 0;
};

// How one connection is to be protected.
struct Protection {
  const HopTls* by = nullptr;  // nullptr: not at all
  TlsLevel level = TlsLevel::none;
  std::string host;

  bool asked() const { return by != nullptr && level != TlsLevel::none; }
  bool needed() const { return asked() && level >= TlsLevel::required; }
  // Connections of one endpoint that may stand for each other have it alike.
  std::string text() const {
    std::string out(word_of(level));
    return level == TlsLevel::verified ? out + " " + host : out;
  }
};

}  // namespace waybill::relay::forward

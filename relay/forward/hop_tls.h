// HopTls: the port through which connections to next hops are protected, and how much of it the
// mail to each domain asks for.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "relay/forward/login.h"
#include "relay/forward/tls_level.h"
#include "relay/sts/policy.h"
#include "relay/tlsrpt/session.h"
#include "runtime/dane.h"
#include "runtime/dns/resolver.h"
#include "runtime/hex.h"
#include "runtime/tls_connection.h"

namespace waybill::relay::forward {

struct Protection;

class HopTls {
 public:
  virtual ~HopTls() = default;
  // `domain`: of the target, in lower case; "[192.0.2.1]" of an address literal.
  virtual TlsLevel level_of(std::string_view domain) const = 0;
  // What the domain itself asks of those who send to it (RFC 8461); mode none also where nobody
  // knows that by `deadline`. `resolver` and `clock` outlive the task.
  virtual runtime::Task<sts::Policy> policy_of(std::string /*domain*/,
                                               runtime::dns::Resolver& /*resolver*/,
                                               runtime::Clock& /*clock*/,
                                               runtime::Instant /*deadline*/) const {
    co_return sts::Policy();
  }
  // A host was asked that a policy in testing would have kept from being asked.
  virtual void count_missed() const {}
  // A session has ended its way to TLS, or was not begun for want of it (RFC 8460 4).
  virtual void count_session(const tlsrpt::Session& /*session*/) const {}
  // As client of the host that `how` names. Its level is not none.
  virtual std::unique_ptr<runtime::TlsConnection> secure(
      std::unique_ptr<runtime::Connection> connection, const Protection& how) const = 0;
};

// How one connection is to be protected, and by whose name it is used.
struct Protection {
  const HopTls* by = nullptr;  // nullptr: not at all
  TlsLevel level = TlsLevel::none;
  std::string host;
  runtime::Dane dane{};  // at level dane
  // To be logged in by before mail goes; nullptr: nobody logs in. Its level is `required` at least.
  std::shared_ptr<const Login> login{};
  bool from_start = false;  // TLS comes before the greeting (RFC 8314 3), and no STARTTLS

  bool asked() const { return by != nullptr && level != TlsLevel::none; }
  bool needed() const { return asked() && level >= TlsLevel::required; }
  // Connections of one endpoint that may stand for each other have it alike.
  std::string text() const {
    std::string out(word_of(level));
    if (login != nullptr) out += " login " + std::to_string(login->number());
    if (level == TlsLevel::verified || level == TlsLevel::dane) out += " " + host;
    for (const std::string& name : dane.names) out += " " + name;
    for (const runtime::Tlsa& record : dane.records) {
      for (const int number : {record.usage, record.selector, record.matching}) {
        out += " " + std::to_string(number);
      }
      out += " " + runtime::hex(record.data);
    }
    return out;
  }
};

}  // namespace waybill::relay::forward

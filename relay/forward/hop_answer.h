// HopAnswer: what became of one step with a next hop, as the verdict it leads to.
#pragma once

#include <optional>
#include <string>

#include "relay/dns/next_hop.h"
#include "relay/policy/rules.h"
#include "runtime/tls_facts.h"
#include "schemas/reply.h"

namespace waybill::relay::forward {

struct HopAnswer {
  enum class Kind {
    accepted,  // 2xx
    refused,   // 5xx
    deferred,  // 4xx, or nobody answered before anything could have been taken
    in_doubt,  // the end of the body went out and no reply came back
  };
  Kind kind = Kind::deferred;
  schemas::Reply reply;  // the next hop's, or ours where it gave none
  // The source of the reply.
  enum class By {
    next_hop,
    policy,  // a rule of ours decided: a loop, a null MX
    relay,   // nobody answered: the relay says what it saw
  };
  By by = By::next_hop;
  std::optional<policy::Rule> rule{};  // where the reply is ours, or a next hop's is about us
  // A reply of ours repeats the next hop's words from here to its end.
  std::size_t quoted_from = std::string::npos;
  // The command answered: "connect", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "body".
  std::string command;
  // The next hop takes requests for notices (RFC 3461) over from us.
  bool dsn_passed_on = false;
  std::optional<dns::Candidate> hop;  // the server that answered, or was tried last
  std::optional<runtime::TlsFacts> tls{};
  std::string tls_failure{};  // why there is none, where it was tried
  std::string login{};        // the mechanism of the log-in; empty: there was none
  // The log-in was refused for good: other hosts of the target would count it too.
  bool login_refused = false;
};

// The reply to a body, in our own words where a rule has them: no next hop was asked, or none is to
// be heard any more.
inline HopAnswer body_answer(HopAnswer::Kind kind, HopAnswer::By by, policy::Rule rule) {
  HopAnswer out;
  out.kind = kind;
  out.reply = policy::reply_of(rule);
  out.by = by;
  out.rule = rule;
  out.command = "body";
  return out;
}

}  // namespace waybill::relay::forward

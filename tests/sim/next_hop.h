// The next hop of the simulation: takes, refuses, defers, hangs up at every place, and remembers
// what it took and whether its 250 can have been heard.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "relay/smtp/server_core.h"
#include "runtime/scope.h"
#include "tests/support/sim_net.h"

namespace waybill::tests {

struct TakenMail {
  std::string recipient;
  std::string octets;
  std::string reply_text;  // unique to this mail
};

class SimNextHop {
 public:
  // The local part of a recipient says what is done with it: "ok", "refuse-rcpt", "defer-rcpt",
  // "refuse-body", "defer-body", "drop-before" (closes in the body), "drop-after" (takes the mail
  // and closes without a word), "silent" (takes it and never answers), "421".
  SimNextHop(SimNet& net, runtime::Scope& scope, runtime::Endpoint at);

  const std::vector<TakenMail>& taken() const { return taken_; }

 private:
  runtime::Task<void> serve(std::unique_ptr<runtime::Connection> connection);
  // False: the connection ends here.
  bool judge(relay::smtp::ServerCore& core, relay::smtp::Step& step);

  struct Envelope {
    std::string recipient;
    std::string octets;
    bool hang = false;
  };
  bool judge_body(relay::smtp::ServerCore& core);
  static schemas::Reply rcpt_reply(const std::string& recipient);

  SimNet& net_;
  runtime::Scope& scope_;
  std::shared_ptr<Process> process_ = std::make_shared<Process>();
  std::map<const relay::smtp::ServerCore*, Envelope> open_;
  std::vector<TakenMail> taken_;
};

}  // namespace waybill::tests

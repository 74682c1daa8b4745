// The next hop of the simulation: takes, refuses, defers, hangs up at every place, and remembers
// what it took and whether its 250 can have been heard.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "relay/smtp/server_core.h"
#include "runtime/scope.h"
#include "tests/support/sim_net.h"

namespace waybill::tests {

struct TakenMail {
  std::string sender;  // empty: the null sender
  std::string recipient;
  std::string octets;
  std::string reply_text;  // unique to this mail
};

// What a hop does with one mail.
enum class Deed {
  take,
  refuse_rcpt,
  defer_rcpt,
  go_down,  // 421 to RCPT
  refuse_body,
  defer_body,
  drop_before,  // closes in the body
  drop_after,   // takes the mail and closes without a word
  silent,       // takes it and never answers
};

// The deed for a mail to this recipient.
using HopMind = std::function<Deed(const std::string& recipient)>;

// The local part begins with what is done: "refuse-rcpt", "drop-after", "421" ...; else it is
// taken.
Deed deed_by_name(const std::string& recipient);

class SimNextHop {
 public:
  // `name` is in its replies.
  SimNextHop(SimNet& net, runtime::Scope& scope, runtime::Endpoint at, std::string name,
             HopMind mind);

  const std::vector<TakenMail>& taken() const { return taken_; }

  // Called with each mail when it is taken.
  std::function<void(const TakenMail&)> on_taken;

 private:
  runtime::Task<void> serve(std::unique_ptr<runtime::Connection> connection);
  // False: the connection ends here.
  bool judge(relay::smtp::ServerCore& core, relay::smtp::Step& step);

  struct Envelope {
    std::string sender;
    std::string recipient;
    std::string octets;
    Deed deed = Deed::take;
    bool hang = false;
  };
  bool judge_body(relay::smtp::ServerCore& core);

  SimNet& net_;
  runtime::Scope& scope_;
  const std::string name_;
  const HopMind mind_;
  std::shared_ptr<Process> process_ = std::make_shared<Process>();
  std::map<const relay::smtp::ServerCore*, Envelope> open_;
  std::vector<TakenMail> taken_;
};

}  // namespace waybill::tests

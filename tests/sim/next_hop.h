// The next hop of the simulation: takes, refuses, defers, hangs up at every place, has the habits
// of servers in the world, and remembers what it took and whether its 250 can have been heard.
#pragma once

#include <functional>
#include <map>
#include <optional>
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
  // Habits of the world.
  greylist,      // 450 to a triplet that it does not know long enough
  greylist_451,  // the same, in the words of others
  call_back,     // asks the relay about the sender before it answers RCPT
  slow,          // takes it, if somebody still waits
  lie_refusing,  // 250 to RCPT; 554 to the body, with an enhanced code of another class
  lie_deferring,
  hang_up_rcpt,  // closes in place of a reply
  hang_up_data,
};

// A greylister lets in what it has known for so long.
inline constexpr std::chrono::minutes kGreyDelay{1};

// The deed for a mail to this recipient.
using HopMind = std::function<Deed(const std::string& recipient)>;

// The local part begins with what is done: "refuse-rcpt", "drop-after", "421" ...; "moody" is any
// of them, "lies" one of two, and else it is taken.
HopMind mind_by_name(SeededChance& chance);

// A reverse-path that a hop has asked the relay about; nullopt: nobody answered.
struct CallBack {
  std::string return_path;
  std::optional<schemas::Reply> reply;
};

class SimNextHop {
 public:
  // `name` is in its replies. `relay`: where it calls back.
  SimNextHop(SimNet& net, runtime::Scope& scope, runtime::Endpoint at, std::string name,
             HopMind mind, runtime::Endpoint relay);

  const std::vector<TakenMail>& taken() const { return taken_; }
  const std::vector<CallBack>& called_back() const { return called_back_; }

  // Called with each mail when it is taken.
  std::function<void(const TakenMail&)> on_taken;

 private:
  struct Envelope {
    std::string sender;
    std::string recipient;
    std::string octets;
    Deed deed = Deed::take;
    runtime::Duration wait{};  // before what was answered is said
    bool call_back = false;    // before RCPT is answered
    bool hang = false;
  };

  runtime::Task<void> serve(std::unique_ptr<runtime::Connection> connection);
  // False: the connection ends here.
  runtime::Task<bool> go_on(relay::smtp::ServerCore& core, relay::smtp::Step step);
  bool judge(relay::smtp::ServerCore& core, relay::smtp::Step& step);
  bool judge_rcpt(relay::smtp::ServerCore& core, const relay::smtp::RcptStep& step);
  bool judge_body(relay::smtp::ServerCore& core);
  bool is_known(const Envelope& envelope);
  runtime::Task<schemas::Reply> call_back(std::string return_path);
  runtime::Task<std::optional<schemas::Reply>> ask_the_relay(std::string return_path);

  SimNet& net_;
  runtime::Scope& scope_;
  const runtime::Endpoint at_;
  const std::string name_;
  const HopMind mind_;
  const runtime::Endpoint relay_;
  std::shared_ptr<Process> process_ = std::make_shared<Process>();
  std::map<const relay::smtp::ServerCore*, Envelope> open_;
  std::vector<TakenMail> taken_;
  std::vector<CallBack> called_back_;
  // When a triplet first came; the client is always the relay.
  std::map<std::pair<std::string, std::string>, runtime::Instant> greylist_;
};

}  // namespace waybill::tests

// The sender of the simulation: a mail server with a queue. It sends numbered messages, comes again
// with those that were put off or got no reply, and remembers every reply that it saw.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/talk.h"

namespace waybill::tests {

// SPF vouches for the client's address in the first domain, and against it in the second.
inline constexpr const char* kVerifiedDomain = "origin.test";
inline constexpr const char* kStrangeDomain = "stranger.test";

// A message's recipients that were open, named in one transaction.
struct SentTry {
  runtime::WallTime began{};
  std::vector<std::pair<std::string, schemas::Reply>> rcpt;  // by alias; those that arrived
  std::map<std::string, schemas::Reply> verdicts;  // on the body, by alias; those that arrived
  std::optional<schemas::Reply> whole;             // to the body
  bool for_each = false;                           // PRDR: each verdict was said by itself

  // The sender knows what became of this recipient.
  bool heard_of(const std::string& alias) const;
};

// What the sender knows of one message.
struct SentMessage {
  std::string message_id;  // RFC 5322, "<n.name@sim.test>"
  std::string sender;      // empty: the null sender
  bool regular = false;    // the sender has other messages; else the address is of this one alone
  bool prdr = false;       // MAIL has it
  std::string notify;      // NOTIFY of every recipient (RFC 3461 4.1); empty: not asked for
  std::string body;
  std::vector<std::string> recipients;  // some of them twice
  std::set<std::string> settled;        // of the recipients: taken, or refused for good
  std::size_t most_tries = 1;
  std::vector<SentTry> tries;

  bool is_settled() const;
};

class SimClient {
 public:
  SimClient(SimNet& net, runtime::Endpoint relay, std::string name)
      : net_(net), relay_(relay), name_(std::move(name)) {}

  // Sends `count` messages to aliases drawn from `aliases`, each as often as it takes, over as many
  // connections as it takes.
  runtime::Task<void> run(int count, std::vector<std::string> aliases);

  const std::vector<SentMessage>& sent() const { return sent_; }
  // It has nothing to send for minutes, or any more.
  bool asleep() const { return asleep_; }

 private:
  runtime::Task<bool> one_connection();
  runtime::Task<bool> try_once(SimTalk& talk, std::size_t at);
  runtime::Task<bool> transaction(SimTalk& talk, std::size_t at);
  runtime::Task<std::optional<std::size_t>> name_recipients(SimTalk& talk, std::size_t at);
  runtime::Task<bool> send_body(SimTalk& talk, std::size_t at);
  runtime::Task<bool> hear_verdicts(SimTalk& talk, std::size_t at);
  bool lose_patience();
  SentTry& now_trying(std::size_t at) { return sent_[at].tries.back(); }
  void settle(std::size_t at);
  std::optional<std::size_t> next_job();
  bool has_work() const;
  SentMessage make_message();

  SimNet& net_;
  runtime::Endpoint relay_;
  std::string name_;
  std::shared_ptr<Process> process_ = std::make_shared<Process>();
  std::vector<std::string> aliases_;
  std::vector<SentMessage> sent_;
  std::multimap<runtime::Instant, std::size_t> queue_;  // when each comes again
  int count_ = 0;
  bool asleep_ = false;
};

}  // namespace waybill::tests

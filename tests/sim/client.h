// The sender of the simulation: sends numbered messages and remembers every reply that it saw.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/talk.h"

namespace waybill::tests {

// SPF vouches for the client's address in the first domain, and against it in the second.
inline constexpr const char* kVerifiedDomain = "origin.test";
inline constexpr const char* kStrangeDomain = "stranger.test";

// What the sender knows of one message.
struct SentMessage {
  std::string message_id;  // RFC 5322, "<n.name@sim.test>"
  std::string sender;      // an address of this message alone; empty: the null sender
  std::string notify;      // NOTIFY of every recipient (RFC 3461 4.1); empty: not asked for
  std::string body;
  std::map<std::string, schemas::Reply> rcpt;  // by alias; only replies that arrived
  std::optional<schemas::Reply> final;         // to the body
};

class SimClient {
 public:
  SimClient(SimNet& net, runtime::Endpoint relay, std::string name)
      : net_(net), relay_(relay), name_(std::move(name)) {}

  // Sends `count` messages to aliases drawn from `aliases`, over as many connections as it takes.
  runtime::Task<void> run(int count, std::vector<std::string> aliases);

  const std::vector<SentMessage>& sent() const { return sent_; }

 private:
  runtime::Task<bool> send_one(SimTalk& talk, std::vector<std::string> aliases);
  runtime::Task<std::optional<schemas::Reply>> name_recipients(SimTalk& talk, std::size_t at,
                                                               std::vector<std::string> aliases);
  SentMessage make_message();

  SimNet& net_;
  runtime::Endpoint relay_;
  std::string name_;
  std::shared_ptr<Process> process_ = std::make_shared<Process>();
  std::vector<SentMessage> sent_;
  int next_ = 0;
};

}  // namespace waybill::tests

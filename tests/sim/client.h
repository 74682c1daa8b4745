// The sender of the simulation: sends numbered messages and remembers every reply that it saw.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "relay/smtp/client_core.h"
#include "tests/support/sim_net.h"

namespace waybill::tests {

// What the sender knows of one message.
struct SentMessage {
  std::string message_id;  // RFC 5322, "<n.seed@sim.test>"
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
  runtime::Task<bool> send_one(runtime::Connection& connection, std::vector<std::string> aliases);
  runtime::Task<std::optional<schemas::Reply>> say(runtime::Connection& connection,
                                                   std::string line);
  runtime::Task<std::optional<schemas::Reply>> hear(runtime::Connection& connection);
  std::string make_body(const std::string& message_id);

  SimNet& net_;
  runtime::Endpoint relay_;
  std::string name_;
  relay::smtp::ReplyReader replies_;
  std::shared_ptr<Process> process_ = std::make_shared<Process>();
  std::vector<SentMessage> sent_;
  int next_ = 0;
};

}  // namespace waybill::tests

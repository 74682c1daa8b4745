// One SMTP session with the relay, as its client: says, and hears what arrives.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "relay/smtp/client_core.h"
#include "tests/support/sim_net.h"

namespace waybill::tests {

// The message as it stands in a DATA command, its end included.
std::string dot_stuffed(const std::string& message);

class SimTalk {
 public:
  SimTalk(SimNet& net, std::shared_ptr<Process> process)
      : net_(net), process_(std::move(process)) {}
  ~SimTalk() { close(); }

  // Connects, hears the greeting, says EHLO. False: turned away or cut off.
  runtime::Task<bool> open(runtime::Endpoint relay, runtime::IpAddress from, std::string helo);
  // The reply; nullopt: the connection is of no more use.
  runtime::Task<std::optional<schemas::Reply>> say(std::string octets);
  // The next reply, where one command has several.
  runtime::Task<std::optional<schemas::Reply>> hear();
  // Does not wait for a reply.
  runtime::Task<void> write(std::string octets);
  void close();

 private:
  runtime::Instant patience() const;

  SimNet& net_;
  std::shared_ptr<Process> process_;
  std::unique_ptr<runtime::Connection> connection_;
  relay::smtp::ReplyReader replies_;
};

}  // namespace waybill::tests

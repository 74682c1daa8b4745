// Outgoing: one message as its next hops get it: behind our trace fields, and behind signatures of
// the alias's domain where that wants them. The message itself goes on octet for octet. Owner's
// thread.
#pragma once

#include <map>
#include <string>

#include "relay/sender_envelope.h"

namespace waybill::relay {

class Outgoing {
 public:
  // All outlive it. `findings`: fields that say what was found of the message, with line ends.
  Outgoing(Lane& lane, const SenderEnvelope& envelope, message::Spool& spool,
           const std::string& findings);

  // It goes to a recipient of that domain.
  void goes_to(const schemas::DomainRoutes& domain);
  // Whether one of them wants a signature and has a key; then sign() comes before front_for().
  bool is_to_be_signed() const { return !signatures_.empty(); }
  // Where the disk of the spool fails nothing is signed, and the hand-over will say so.
  runtime::Task<void> sign();

  // What stands in front of the message for a recipient of that domain.
  std::string front_for(const schemas::DomainRoutes& domain) const;

 private:
  Lane& lane_;
  message::Spool& spool_;
  std::string trace_;
  std::map<std::string, std::string, std::less<>> signatures_;  // by domain
};

}  // namespace waybill::relay

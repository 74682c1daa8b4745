// Refusals: what one session has had refused, and what follows: from the 11th on each waits a
// second, at max_refusals, or once the client's share of the hour is used up, the session ends. Its
// owner's thread.
#pragma once

#include <cstdint>
#include <vector>

#include "relay/lane.h"
#include "relay/policy/rules.h"
#include "schemas/reply.h"

namespace waybill::relay {

class Refusals {
 public:
  Refusals(Lane& lane, runtime::IpAddress client) : lane_(lane), client_(std::move(client)) {}

  enum class Then { go_on, wait, hang_up };
  // After a reply to MAIL or RCPT. Positive ones are none, nor is a 4xx that is not the client's
  // doing.
  Then count(const schemas::Reply& reply);
  // Errors that the SMTP core has answered in all; they count for the client's share.
  void errors(std::uint32_t so_far);
  // A message was taken, for so many recipients: an honest sender, who may begin anew.
  void message_taken(std::size_t recipients);

  // The 421 that ends the session, on record before it is said.
  runtime::Task<schemas::Reply> hang_up();
  // The same for a client that did not wait for the greeting.
  runtime::Task<schemas::Reply> too_early();

 private:
  runtime::Task<void> record(policy::Rule rule, const schemas::Reply& reply);

  Lane& lane_;
  runtime::IpAddress client_;
  std::uint32_t since_message_ = 0;
  std::uint32_t overshot_ = 0;
  std::uint32_t errors_ = 0;
};

// To a client whose session does not begin.
schemas::Reply turned_away_reply();

// One event for each sum: a client and how many of its sessions were turned away. Nobody waits for
// them.
void record_turned_away(Lane& lane, Patience::Which which);

}  // namespace waybill::relay

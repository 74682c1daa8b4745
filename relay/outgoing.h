// Outgoing: one message as its next hops get it: behind our trace fields, and behind signatures of
// the alias's domain where that wants them. The message itself goes on octet for octet; where the
// domain wants a rescue and the message needs one (trust/rewrite_from.h), what goes on is a copy
// that names another author, and says so. Owner's thread.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "relay/sender_envelope.h"
#include "relay/spam/spam_filter.h"
#include "relay/trust/judge.h"

namespace waybill::relay {

// What the gate of trust found of the message.
struct Trusted {
  trust::Judgement judgement;
  std::string auth_results;  // the field, with its line end
  std::optional<spam::Judgement> spam{};
  std::string spam_fields{};  // likewise; empty: none
};

// Whether what goes to this recipient is the copy with another author.
bool is_rescued(const Trusted& trusted, const routes::Found& recipient,
                const message::Spool& spool);

class Outgoing {
 public:
  // All outlive it.
  Outgoing(Lane& lane, const SenderEnvelope& envelope, message::Spool& spool,
           const Trusted& trusted);

  // It goes to that recipient.
  void goes_to(const routes::Found& recipient);
  // Whether one of them wants a signature and has a key; then sign() comes before front_for().
  bool is_to_be_signed() const { return is_to_be_signed_; }
  // Where the disk of the spool fails nothing is signed, and the hand-over will say so.
  runtime::Task<void> sign();

  // What stands in front of the message for a recipient of that domain.
  std::string front_for(const schemas::DomainRoutes& domain) const;

  // To a recipient for whom is_rescued() holds: makes the copy, signs it with the domain's keys
  // (then DMARC of that domain passes by DKIM), and hands it over as Handover::send() does. Where
  // the copy finds no room the delivery is deferred.
  runtime::Task<forward::HopAnswer> send_rescued(forward::Handover& handover,
                                                 routes::Found recipient,
                                                 forward::Clearance& clearance,
                                                 runtime::Instant deadline) const;

 private:
  runtime::Task<runtime::Result<std::string>> kept_header() const;
  runtime::Task<runtime::Result<void>> copy_into(message::Spool& copy, std::string header) const;

  Lane& lane_;
  message::Spool& spool_;
  const Trusted& trusted_;
  std::string trace_;
  bool is_to_be_signed_ = false;
  std::optional<runtime::Digest> body_hash_;
  std::map<std::string, std::string, std::less<>> signatures_;  // by domain
};

}  // namespace waybill::relay

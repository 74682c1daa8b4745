// Verdict: a reply to the sender and why, as it goes on record before it is sent.
#pragma once

#include <optional>
#include <string>

#include "relay/forward/hop_answer.h"
#include "relay/policy/rules.h"
#include "relay/spam/spam_filter.h"
#include "runtime/endpoint.h"
#include "schemas/address.h"
#include "schemas/event.h"
#include "schemas/ids.h"
#include "schemas/reply.h"
#include "schemas/target.h"

namespace waybill::relay {

// Whom and what an event speaks of: the part of the envelope that the relay knows.
struct Subject {
  std::string domain;
  std::string alias;
  std::string recipient;  // as given at RCPT
  std::optional<std::string> sender;
  std::string client_ip;
  schemas::MessageId message;
  std::optional<schemas::DeliveryId> reported;  // the delivery that the message is a report on
  std::optional<std::uint32_t> partition;       // where that delivery is in the log
};

schemas::Event begin_event(const Subject& subject);

void fill_tls(schemas::pb::Tls& out, const runtime::TlsFacts& tls);

void fill_spam(schemas::pb::SpamVerdict& out, const spam::Judgement& judged);

// A refusal of ours: Rejected for 5xx, Deferred for 4xx.
// `stage` is MAIL's, RCPT's or the body's.
schemas::Event policy_refusal(const Subject& subject, schemas::pb::Stage stage,
                              const policy::Refusal& refusal);

// The log took the acceptance too late for the sender (Errc::timeout of an append): nothing was
// sent to this target, and the acceptance ends so.
schemas::Event unsent(const Subject& subject, const schemas::Target& target,
                      const schemas::DeliveryId& delivery);

// What a next hop's answer to one delivery is on record as. At RCPT an acceptance is no event.
schemas::Event hop_verdict(const Subject& subject, schemas::pb::Stage stage,
                           const forward::HopAnswer& answer, const schemas::Target& target,
                           const schemas::DeliveryId& delivery, runtime::Duration time_spent);

}  // namespace waybill::relay

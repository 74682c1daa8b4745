#include "relay/outgoing.h"

#include "relay/message/header_fields.h"
#include "relay/message/received.h"
#include "relay/signing.h"
#include "runtime/clock.h"

namespace waybill::relay {

using runtime::Task;

namespace {

std::string received_by_us(const Lane& lane, const SenderEnvelope& envelope) {
  message::Trace trace;
  trace.helo = envelope.client.helo;
  trace.client = envelope.client.endpoint;
  trace.host_name = lane.settings.host_name;
  std::string protocol = envelope.client.esmtp ? "ESMTP" : "SMTP";
  if (envelope.mail.smtputf8) protocol = "UTF8SMTP";
  if (envelope.client.tls) {
    // RFC 3848: without E there is no word for it.
    if (protocol == "SMTP") protocol = "ESMTP";
    protocol += 'S';
    trace.cipher = envelope.client.tls->cipher;
  }
  trace.protocol = protocol;
  const std::string id = envelope.id.text();
  trace.id = id;
  trace.time = lane.clock.wall();
  return message::received_field(trace);
}

}  // namespace

Outgoing::Outgoing(Lane& lane, const SenderEnvelope& envelope, message::Spool& spool,
                   const std::string& findings)
    : lane_(lane), spool_(spool), trace_(findings + received_by_us(lane, envelope)) {}

void Outgoing::goes_to(const schemas::DomainRoutes& domain) {
  if (!domain.sign_forwarded || lane_.signing.of(domain.name).empty()) return;
  signatures_.try_emplace(domain.name);
}

Task<void> Outgoing::sign() {
  const auto body_hash = co_await body_hash_of(spool_);
  if (!body_hash) co_return;
  const std::string_view head = spool_.head();
  for (auto& [domain, fields] : signatures_) {
    std::string header(head.substr(0, message::body_begin(head)));
    fields = co_await dkim_signatures(lane_, domain, std::move(header), *body_hash);
  }
}

// Signatures on top: what stands below our Received field is as the sender wrote it.
std::string Outgoing::front_for(const schemas::DomainRoutes& domain) const {
  const auto found = signatures_.find(domain.name);
  return found == signatures_.end() ? trace_ : found->second + trace_;
}

}  // namespace waybill::relay

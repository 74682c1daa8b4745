#include "relay/outgoing.h"

#include "relay/message/header_fields.h"
#include "relay/message/received.h"
#include "relay/policy/judge_body.h"
#include "relay/signing.h"
#include "relay/trust/rewrite_from.h"
#include "runtime/clock.h"

namespace waybill::relay {

using forward::HopAnswer;
using runtime::Instant;
using runtime::Result;
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

bool is_rescued(const Trusted& trusted, const routes::Found& recipient,
                const message::Spool& spool) {
  if (recipient.domain->rescue != schemas::Rescue::rewrite_from) return false;
  if (!trust::needs_rescue(trusted.judgement)) return false;
  const std::string_view head = spool.head();
  const std::string_view header = head.substr(0, message::body_begin(head));
  return trust::rewrite_from(header, *trusted.judgement.mailbox, recipient.alias).has_value();
}

Outgoing::Outgoing(Lane& lane, const SenderEnvelope& envelope, message::Spool& spool,
                   const Trusted& trusted)
    : lane_(lane),
      spool_(spool),
      trusted_(trusted),
      trace_(trusted.auth_results + trusted.spam_fields + received_by_us(lane, envelope)) {}

void Outgoing::goes_to(const routes::Found& recipient) {
  const schemas::DomainRoutes& domain = *recipient.domain;
  const bool rescued = is_rescued(trusted_, recipient, spool_);
  if ((!domain.sign_forwarded && !rescued) || lane_.signing.of(domain.name).empty()) return;
  is_to_be_signed_ = true;
  if (!rescued) signatures_.try_emplace(domain.name);
}

Task<void> Outgoing::sign() {
  const auto body_hash = co_await body_hash_of(spool_);
  if (!body_hash) co_return;
  body_hash_ = *body_hash;
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

// The header without what the spool leaves out.
Task<Result<std::string>> Outgoing::kept_header() const {
  const std::uint64_t end = message::body_begin(spool_.head()) - spool_.left_out();
  std::string header;
  while (header.size() < end) {
    const auto piece = co_await spool_.read(header.size());
    if (!piece) co_return piece.error();
    header += piece->substr(0, end - header.size());
  }
  co_return header;
}

Task<Result<void>> Outgoing::copy_into(message::Spool& copy, std::string header) const {
  const auto begun = co_await copy.append(header);
  if (!begun) co_return begun.error();
  std::uint64_t offset = message::body_begin(spool_.head()) - spool_.left_out();
  while (offset < spool_.size()) {
    const auto piece = co_await spool_.read(offset);
    if (!piece) co_return piece.error();
    // What was read is valid until we wait again.
    const std::string octets(*piece);
    offset += octets.size();
    const auto appended = co_await copy.append(octets);
    if (!appended) co_return appended.error();
  }
  co_return Result<void>();
}

Task<HopAnswer> Outgoing::send_rescued(forward::Handover& handover, routes::Found recipient,
                                       forward::Clearance& clearance, Instant deadline) const {
  HopAnswer no_room =
      forward::body_answer(HopAnswer::Kind::deferred, HopAnswer::By::relay, policy::Rule::spool);
  const auto kept = co_await kept_header();
  auto header = kept ? trust::rewrite_from(*kept, *trusted_.judgement.mailbox, recipient.alias)
                     : std::nullopt;
  message::Spool copy(lane_.spool);
  bool copied = false;
  if (header) {
    const auto made = co_await copy_into(copy, *header);
    copied = made.has_value();
  }
  if (!copied) {
    handover.let_go();
    co_return no_room;
  }
  std::string front = trace_;
  if (body_hash_) {
    std::string domain = recipient.domain->name;
    std::string signatures =
        co_await dkim_signatures(lane_, std::move(domain), std::move(*header), *body_hash_);
    front = signatures + trace_;
  }
  co_return co_await handover.send(std::move(front), copy, clearance, deadline);
}

}  // namespace waybill::relay

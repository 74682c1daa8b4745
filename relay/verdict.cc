#include "relay/verdict.h"

namespace waybill::relay {

using forward::HopAnswer;
using schemas::Event;
namespace pb = schemas::pb;

namespace {

void fill_hop(pb::NextHop& out, const HopAnswer& answer) {
  out.set_mx_host(answer.hop->mx_host);
  out.set_ip(runtime::ip_text(answer.hop->endpoint.address));
  out.set_port(answer.hop->endpoint.port);
  if (answer.tls) fill_tls(*out.mutable_tls(), *answer.tls);
  if (!answer.tls_failure.empty()) {
    out.set_tls_failure(schemas::clean_reply_text(answer.tls_failure));
  }
  if (!answer.login.empty()) out.set_login(answer.login);
}

pb::VerdictBy by_of(HopAnswer::By by) {
  switch (by) {
    case HopAnswer::By::next_hop: return pb::VERDICT_BY_NEXT_HOP;
    case HopAnswer::By::policy: return pb::VERDICT_BY_POLICY;
    case HopAnswer::By::relay: return pb::VERDICT_BY_RELAY;
  }
  return pb::VERDICT_BY_UNSPECIFIED;
}

// Rejected and Deferred have the same fields.
template <class Body>
void fill_refusal(Body& body, const Subject& subject, pb::Stage stage, const HopAnswer& answer,
                  const schemas::Target& target) {
  body.set_stage(stage);
  body.set_command(answer.command);
  body.set_by(by_of(answer.by));
  if (answer.rule) body.set_rule(std::string(policy::word_of(*answer.rule)));
  schemas::set_reply(*body.mutable_reply(), answer.reply);
  if (answer.hop) fill_hop(*body.mutable_next_hop(), answer);
  body.set_target(target.text());
  body.set_recipient(subject.recipient);
}

void fill_forwarded(pb::Forwarded& body, const HopAnswer& answer, const schemas::Target& target,
                    runtime::Duration time_spent) {
  body.set_target(target.text());
  if (answer.hop) fill_hop(*body.mutable_next_hop(), answer);
  schemas::set_reply(*body.mutable_reply(), answer.reply);
  body.set_time_spent(static_cast<std::uint64_t>(time_spent.count()));
}

void fill_in_doubt(pb::InDoubt& body, const HopAnswer& answer, const schemas::Target& target) {
  body.set_target(target.text());
  if (answer.hop) fill_hop(*body.mutable_next_hop(), answer);
  body.set_known(answer.reply.text);
}

}  // namespace

void fill_tls(pb::Tls& out, const runtime::TlsFacts& tls) {
  out.set_version(tls.version);
  out.set_cipher(tls.cipher);
  out.set_verified_name(tls.verified_name);
  out.set_verified_by(tls.verified_by);
}

void fill_spam(pb::SpamVerdict& out, const spam::Judgement& judged) {
  out.set_score(judged.score);
  out.set_action(judged.word);
  for (const std::string& symbol : judged.symbols) out.add_symbols(symbol);
}

Event begin_event(const Subject& subject) {
  Event event;
  event.set_domain(subject.domain);
  event.set_message_id(subject.message.bytes());
  event.set_alias(subject.alias);
  if (subject.sender) event.set_sender(*subject.sender);
  if (subject.partition) event.set_partition(*subject.partition);
  event.set_client_ip(subject.client_ip);
  if (subject.reported) event.set_reported_delivery_id(subject.reported->bytes());
  return event;
}

Event policy_refusal(const Subject& subject, pb::Stage stage, const policy::Refusal& refusal) {
  Event event = begin_event(subject);
  const auto fill = [&](auto& body) {
    body.set_stage(stage);
    body.set_command(stage == pb::STAGE_MAIL ? "MAIL" : stage == pb::STAGE_RCPT ? "RCPT" : "body");
    body.set_by(pb::VERDICT_BY_POLICY);
    body.set_rule(refusal.rule);
    schemas::set_reply(*body.mutable_reply(), refusal.reply);
    body.set_recipient(subject.recipient);
  };
  if (refusal.reply.permanent()) {
    fill(*event.mutable_rejected());
  } else {
    fill(*event.mutable_deferred());
  }
  return event;
}

Event unsent(const Subject& subject, const schemas::Target& target,
             const schemas::DeliveryId& delivery) {
  Event event =
      policy_refusal(subject, pb::STAGE_BODY, policy::refusal_by(policy::Rule::log_timeout));
  event.set_delivery_id(delivery.bytes());
  event.mutable_deferred()->set_by(pb::VERDICT_BY_RELAY);
  event.mutable_deferred()->set_target(target.text());
  return event;
}

Event hop_verdict(const Subject& subject, pb::Stage stage, const HopAnswer& answer,
                  const schemas::Target& target, const schemas::DeliveryId& delivery,
                  runtime::Duration time_spent) {
  Event event = begin_event(subject);
  event.set_delivery_id(delivery.bytes());
  switch (answer.kind) {
    case HopAnswer::Kind::accepted:
      fill_forwarded(*event.mutable_forwarded(), answer, target, time_spent);
      break;
    case HopAnswer::Kind::refused:
      fill_refusal(*event.mutable_rejected(), subject, stage, answer, target);
      break;
    case HopAnswer::Kind::deferred:
      fill_refusal(*event.mutable_deferred(), subject, stage, answer, target);
      break;
    case HopAnswer::Kind::in_doubt: fill_in_doubt(*event.mutable_in_doubt(), answer, target); break;
  }
  return event;
}

}  // namespace waybill::relay

#include "relay/transaction.h"

#include "relay/policy/limits.h"
#include "relay/returnpath/token.h"
#include "relay/smtp/asked.h"
#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::relay {

using policy::BodyFacts;
using policy::RcptFacts;
using policy::Refusal;
using runtime::Instant;
using runtime::Task;
using schemas::Event;
using schemas::Reply;
namespace pb = schemas::pb;

namespace {

// If the process ends in it, the refusal is on record and the sender has not heard it: its retry
// makes another.
Task<Reply> record_refusal(Lane& lane, Event event, Reply reply) {
  std::vector<Event> events;
  events.push_back(std::move(event));
  const auto recorded = co_await lane.recorder.record(std::move(events));
  if (!recorded) co_return unrecorded(lane.metrics, recorded.error());
  co_return reply;
}

}  // namespace

// What was no path is on record as it was written: it is all that is known of the sender.
Task<Reply> refuse_mail(Lane& lane, Client client, smtp::MailStep mail) {
  const SenderEnvelope envelope = open_envelope(lane, std::move(client), mail);
  Subject subject = subject_for(envelope, {});
  if (!mail.sender) subject.sender = mail.argument;
  Refusal refusal = policy::judge_mail(*mail.syntax_error);
  log_refused_client(lane, subject.client_ip, refusal.rule, refusal.reply, 1);
  Event event = policy_refusal(subject, pb::STAGE_MAIL, refusal);
  co_return co_await record_refusal(lane, std::move(event), std::move(refusal.reply));
}

Transaction::Transaction(Lane& lane, Client client, const smtp::MailStep& mail)
    : lane_(lane),
      envelope_(open_envelope(lane, std::move(client), mail)),
      line_(lane, envelope_),
      mail_(lane, envelope_),
      spool_(lane.spool) {}

// The events of a refusal name the domain and the alias as far as they were looked at.
Transaction::Named Transaction::look_at(const smtp::RcptStep& step) const {
  Named out;
  out.subject = subject_for(envelope_, step.argument);
  out.facts.core_refusal = step.syntax_error;
  out.facts.now = lane_.clock.wall();
  if (!mail_.empty()) out.facts.taken = RcptFacts::Taken::mail;
  if (report_) out.facts.taken = RcptFacts::Taken::report;
  if (step.syntax_error || report_) return out;
  const auto own = envelope_.routes->domains().find(step.recipient->domain());
  if (own != envelope_.routes->domains().end() &&
      returnpath::has_token_form(step.recipient->local())) {
    out.domain = &own->second;
    look_at_return_path(*step.recipient, out);
    return out;
  }
  out.facts.route = envelope_.routes->find(*step.recipient);
  if (const auto* found = std::get_if<routes::Found>(&out.facts.route)) {
    out.subject.domain = found->domain->name;
    out.subject.alias = found->alias.text();
    out.facts.asked_already = smtp::asks_again(envelope_.mail.asked, out.subject.alias);
  } else if (const auto* unknown = std::get_if<routes::UnknownAlias>(&out.facts.route)) {
    out.subject.domain = unknown->domain->name;
    out.subject.alias = unknown->alias.text();
  }
  return out;
}

void Transaction::look_at_return_path(const schemas::Address& address, Named& named) const {
  named.subject.domain = named.domain->name;
  named.subject.alias = address.text();
  policy::ReturnPathFacts& facts = named.facts.return_path.emplace();
  facts.window = named.domain->bounce_window;
  named.token = returnpath::read_token(*lane_.keys.get(), named.domain->name, address.local());
  if (!named.token) return;
  named.subject.reported = named.token->delivery;
  named.subject.partition = named.token->partition;
  facts.began = schemas::time_of(named.token->delivery);
}

// Postmaster and return paths take mail from everybody: the one is to be reached by who is refused,
// the other, which has no route, by its token is proof enough that it is an answer to mail of ours.
bool Transaction::asks_of_client(const Named& named) const {
  if (!envelope_.client.judged) return false;
  const auto& route = named.facts.route;
  const schemas::DomainRoutes* domain = nullptr;
  const schemas::Address* alias = nullptr;
  if (const auto* found = std::get_if<routes::Found>(&route)) {
    domain = found->domain;
    alias = &found->alias;
  } else if (const auto* unknown = std::get_if<routes::UnknownAlias>(&route)) {
    domain = unknown->domain;
    alias = &unknown->alias;
  }
  return domain != nullptr && domain->door == schemas::DoorMode::enforce &&
         !schemas::is_postmaster(alias->local());
}

Task<policy::ClientClaims> Transaction::claims_of_client() {
  policy::ClientClaims out;
  const Client& client = envelope_.client;
  out.address = runtime::ip_text(client.endpoint.address);
  out.helo = client.helo;
  out.helo_claim = client.helo_claim;
  if (client.look != nullptr) out.facts = *co_await client.look->facts();
  co_return out;
}

std::string Transaction::sender_domain() const {
  return envelope_.mail.sender ? envelope_.mail.sender->domain() : std::string();
}

std::string Transaction::greylist_key() const {
  return door::greylist_key(envelope_.client.endpoint.address, sender_domain());
}

std::optional<Refusal> Transaction::beyond_rate() {
  const auto exceeded =
      lane_.rates.take(envelope_.client.endpoint.address, sender_domain(), lane_.clock.now());
  if (!exceeded) return std::nullopt;
  return policy::judge_rate(*exceeded, lane_.settings.door);
}

std::optional<Refusal> Transaction::greylisted() {
  const auto left = lane_.greylist.waits(greylist_key(), lane_.clock.wall());
  if (!left) return std::nullopt;
  return policy::judge_greylisted(*left);
}

Task<Reply> Transaction::rcpt(smtp::RcptStep step) {
  Reply reply = co_await answer_rcpt(std::move(step));
  line_.recipient(reply);
  co_return reply;
}

Task<Reply> Transaction::answer_rcpt(smtp::RcptStep step) {
  Named named = look_at(step);
  const bool asks = asks_of_client(named);
  bool well_known = false;
  if (asks) {
    named.facts.client = co_await claims_of_client();
    named.facts.door = &lane_.settings.door;
    well_known = named.facts.client->facts.score() < 0;
  }
  auto refusal = policy::judge_recipient(named.facts);
  if (!refusal && asks) refusal = beyond_rate();
  if (!refusal && asks && lane_.settings.door.greylist && !well_known) {
    refusal = greylisted();
    if (refusal) {
      const Reply come_again = refusal->reply;
      Reply reply = co_await refuse(std::move(named.subject), std::move(*refusal));
      // What is not on record is not known.
      if (reply == come_again) lane_.greylist.put_off(greylist_key(), lane_.clock.wall());
      co_return reply;
    }
  }
  if (refusal) co_return co_await refuse(std::move(named.subject), std::move(*refusal));
  if (named.token) co_return co_await take_report(std::move(named));
  auto& found = std::get<routes::Found>(named.facts.route);
  // Named twice, delivered once.
  if (mail_.take_again(found.alias)) co_return Reply{250, "2.1.5", "Recipient already taken"};
  co_return co_await mail_.take(std::move(named.subject), std::move(found), std::move(step.dsn));
}

Task<Reply> Transaction::take_report(Named named) {
  const policy::ReturnPathFacts& facts = *named.facts.return_path;
  if (policy::is_window_unsure(facts, named.facts.now)) {
    const Instant deadline = lane_.clock.now() + kReturnPathTimeout;
    const auto path = co_await lane_.return_paths.find(*named.token, deadline);
    if (path) named.subject.alias = path->alias;
    auto refusal = policy::judge_window(path, facts, named.facts.now);
    if (refusal) co_return co_await refuse(std::move(named.subject), std::move(*refusal));
  }
  report_.emplace(lane_, envelope_, std::move(named.subject), *named.token, *named.domain);
  co_return Reply{250, "2.1.5", "Return path ok"};
}

std::vector<Subject> Transaction::subjects() const {
  if (report_) return {report_->subject()};
  return mail_.subjects();
}

Task<Reply> Transaction::refuse(Subject subject, Refusal refusal) {
  line_.refused_by(refusal.rule);
  Event event = policy_refusal(subject, pb::STAGE_RCPT, refusal);
  co_return co_await record_refusal(lane_, std::move(event), std::move(refusal.reply));
}

// Before any acceptance: the deliveries asked for at RCPT are let go with the transaction.
Task<Reply> Transaction::refuse_body(Refusal refusal, const spam::Judgement* spam) {
  line_.refused_by(refusal.rule);
  std::vector<Event> events;
  for (const Subject& subject : subjects()) {
    Event event = policy_refusal(subject, pb::STAGE_BODY, refusal);
    if (spam != nullptr) {
      fill_spam(event.has_rejected() ? *event.mutable_rejected()->mutable_spam()
                                     : *event.mutable_deferred()->mutable_spam(),
                *spam);
    }
    events.push_back(std::move(event));
  }
  const auto recorded = co_await lane_.recorder.record(std::move(events));
  if (!recorded) co_return unrecorded(lane_.metrics, recorded.error());
  co_return refusal.reply;
}

Task<Reply> Transaction::time_out(Reply reply) {
  Refusal refusal = policy::refusal_by(policy::Rule::timeout, std::move(reply));
  Reply said = co_await refuse_body(std::move(refusal));
  line_.body(said, body_octets_);
  co_return said;
}

Task<void> Transaction::body(std::string_view octets) {
  body_octets_ += octets.size();
  if (kept_ == BodyFacts::Kept::in_part) co_return;
  const auto appended = co_await spool_.append(octets);
  if (appended) co_return;
  kept_ = BodyFacts::Kept::in_part;
  runtime::log(runtime::Level::warn, "relay", "message could not be spooled",
               {{"error", appended.error().message()}});
}

Task<plan::BodyReply> Transaction::end(smtp::BodyFault fault) {
  const Instant began = lane_.clock.now();
  WholeMessage message{spool_, body_octets_, message::scan_header(spool_.head())};
  const std::string_view head = spool_.head();
  const bool blank_first = head.starts_with(' ') || head.starts_with('\t');
  const bool header_too_large = !message.header.complete && message.spool.size() > head.size();
  auto refusal =
      policy::judge_body({fault, kept_, message.header.received, blank_first, header_too_large});
  plan::BodyReply reply;
  if (refusal) {
    reply.whole = co_await refuse_body(std::move(*refusal));
  } else {
    reply = co_await end_whole(std::move(message));
  }
  line_.body(reply.whole, body_octets_);
  const runtime::Duration spent = lane_.clock.now() - began;
  lane_.metrics.body_to_reply.observe(std::chrono::duration<double>(spent).count());
  co_return reply;
}

Task<plan::BodyReply> Transaction::end_whole(WholeMessage message) {
  plan::BodyReply reply;
  if (report_) {
    reply.whole = co_await report_->end(std::move(message));
    co_return reply;
  }
  auto refusal = co_await mail_.judge_sender(message);
  if (refusal) {
    reply.whole = co_await refuse_body(std::move(*refusal));
    co_return reply;
  }
  refusal = co_await mail_.judge_content(message);
  if (refusal) {
    reply.whole = co_await refuse_body(std::move(*refusal), mail_.spam());
    co_return reply;
  }
  reply = co_await mail_.hand_over(std::move(message));
  // As the journal tells it after a start.
  if (lane_.settings.door.greylist && mail_.accepted()) {
    lane_.greylist.taken(greylist_key(), lane_.clock.wall());
  }
  co_return reply;
}

}  // namespace waybill::relay

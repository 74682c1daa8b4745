#include "relay/mail_transaction.h"

#include <algorithm>

#include "relay/policy/judge_body.h"
#include "relay/policy/judge_spam.h"
#include "relay/policy/limits.h"
#include "relay/spam/rspamd_words.h"
#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::relay {

using runtime::Instant;
using runtime::Task;
using schemas::Reply;

namespace {

bool enforces_dmarc(const schemas::DomainRoutes& domain) {
  return domain.dmarc == schemas::DmarcMode::enforce;
}

bool heeds_dmarc(const schemas::DomainRoutes& domain) {
  return domain.dmarc != schemas::DmarcMode::ignore || domain.rescue != schemas::Rescue::off;
}

bool enforces_spam(const schemas::DomainRoutes& domain) {
  return domain.spam == schemas::SpamMode::enforce;
}

bool heeds_spam(const schemas::DomainRoutes& domain) {
  return domain.spam != schemas::SpamMode::ignore;
}

}  // namespace

bool MailTransaction::take_again(const schemas::Address& alias) {
  const auto& recipients = plan_.recipients();
  const auto found =
      std::find_if(recipients.begin(), recipients.end(),
                   [&](const Recipient& recipient) { return recipient.found.alias == alias; });
  if (found == recipients.end()) return false;
  named_.push_back(static_cast<std::size_t>(found - recipients.begin()));
  return true;
}

std::vector<Subject> MailTransaction::subjects() const {
  std::vector<Subject> out;
  for (const Recipient& recipient : plan_.recipients()) out.push_back(recipient.subject);
  return out;
}

bool MailTransaction::any_domain_is(bool (*wanted)(const schemas::DomainRoutes&)) const {
  const auto& recipients = plan_.recipients();
  return std::any_of(recipients.begin(), recipients.end(),
                     [&](const Recipient& recipient) { return wanted(*recipient.found.domain); });
}

Task<Reply> MailTransaction::take(Subject subject, routes::Found found, smtp::RcptDsn dsn) {
  Recipient recipient{std::move(subject), std::move(found), std::move(dsn), {}};
  const std::size_t next = plan_.recipients().size();
  Reply reply = co_await plan_.take(std::move(recipient));
  if (reply.positive()) named_.push_back(next);
  co_return reply;
}

trust::JudgeRequest MailTransaction::judge_request() const {
  trust::JudgeRequest request;
  request.client = envelope_.client.endpoint.address;
  request.helo = envelope_.client.helo;
  request.sender = envelope_.mail.sender;
  request.host_name = lane_.settings.host_name;
  request.now = lane_.clock.wall();
  request.with_dmarc = any_domain_is(heeds_dmarc);
  return request;
}

// And our Authentication-Results field in place of forged ones (RFC 8601 5).
Task<std::optional<policy::Refusal>> MailTransaction::judge_sender(WholeMessage message) {
  const std::string_view head = message.spool.head();
  const Instant now = lane_.clock.now();
  const trust::TrustDeadlines deadlines{now + kEvidenceTimeout, now + kTrustTimeout};
  const auto enforced =
      any_domain_is(enforces_dmarc) ? policy::DmarcEnforced::yes : policy::DmarcEnforced::no;
  const trust::JudgeRequest request = judge_request();
  trusted_.judgement =
      co_await trust::judge(lane_.forward.resolver, request, head, message.spool, deadlines);
  trusted_.auth_results =
      trust::auth_results_field(lane_.settings.host_name, request, trusted_.judgement);
  std::vector<message::Spool::Range> forged;
  for (const auto& range : trust::find_auth_results(head, lane_.settings.host_name)) {
    forged.push_back({range.begin, range.end});
  }
  message.spool.leave_out(std::move(forged));
  auto refusal = policy::judge_from(trusted_.judgement.from, envelope_.mail.sender, enforced);
  if (refusal) co_return refusal;
  co_return policy::judge_dmarc(trusted_.judgement.dmarc, enforced);
}

Task<spam::Question> MailTransaction::spam_question() const {
  spam::Question out;
  const Client& client = envelope_.client;
  out.client = client.endpoint.address;
  if (client.look != nullptr) {
    const door::ClientFacts& facts = *co_await client.look->facts();
    if (facts.name_is == door::ClientName::confirmed) out.client_name = facts.name;
  }
  out.helo = client.helo;
  if (envelope_.mail.sender) out.sender = envelope_.mail.sender->text();
  for (const Recipient& recipient : plan_.recipients()) {
    out.recipients.push_back(recipient.subject.alias);
  }
  out.id = envelope_.id.text();
  out.host_name = lane_.settings.host_name;
  if (client.tls) out.tls_version = client.tls->version;
  co_return out;
}

// Fields of ours, and those that the filter asks for. They stand in front of the message, which is
// not changed.
std::string MailTransaction::spam_fields() const {
  const spam::Judgement& judged = *trusted_.spam;
  const bool asked = lane_.settings.spam.header_fields;
  std::string out;
  if (judged.action != spam::Action::pass) out += "X-Spam-Flag: YES\r\n";
  if (judged.action == spam::Action::pass && !asked) return out;
  char score[64];
  std::snprintf(score, sizeof score, "%.2f / %.2f", judged.score, judged.threshold);
  out += spam::field_text("X-Spam-Score", score) + spam::field_text("X-Spam-Action", judged.word);
  if (!asked) return out;
  for (const auto& [name, value] : judged.fields) out += spam::field_text(name, value);
  return out;
}

Task<std::optional<policy::Refusal>> MailTransaction::judge_content(WholeMessage message) {
  const spam::SpamSettings& settings = lane_.settings.spam;
  if (lane_.spam_filter == nullptr || !any_domain_is(heeds_spam)) co_return std::nullopt;
  if (message.spool.size() > settings.max_octets) co_return std::nullopt;
  spam::Question question = co_await spam_question();
  const Instant began = lane_.clock.now();
  auto judged = co_await lane_.spam_filter->judge(std::move(question), message.spool,
                                                  began + settings.timeout);
  const runtime::Duration spent = lane_.clock.now() - began;
  if (judged) {
    lane_.metrics.spam_seconds.observe(std::chrono::duration<double>(spent).count());
  } else {
    lane_.metrics.spam_unjudged.add();
    runtime::log(runtime::Level::warn, "relay", "the spam filter gave no judgement",
                 {{"rspamd", settings.url}, {"why", judged.error().why}});
  }
  const auto enforced =
      any_domain_is(enforces_spam) ? policy::SpamEnforced::yes : policy::SpamEnforced::no;
  auto refusal = policy::judge_spam(judged, enforced, settings.on_failure);
  if (judged) {
    trusted_.spam = std::move(*judged);
    trusted_.spam_fields = spam_fields();
  }
  co_return refusal;
}

Task<plan::BodyReply> MailTransaction::hand_over(WholeMessage message) {
  plan::BodyReply reply = co_await plan_.hand_over(std::move(message), std::move(trusted_));
  if (reply.each.empty()) co_return reply;
  std::vector<Reply> each;
  for (const std::size_t recipient : named_) each.push_back(reply.each[recipient]);
  reply.each = std::move(each);
  co_return reply;
}

}  // namespace waybill::relay

#include "relay/trust/judge.h"

#include <boost/asio/this_coro.hpp>

#include "relay/message/header_fields.h"
#include "relay/trust/authors.h"
#include "relay/trust/dkim/body_source.h"
#include "relay/trust/dkim/verify.h"
#include "runtime/dns/domain_name.h"
#include "runtime/scope.h"
#include "schemas/reply.h"

namespace waybill::relay::trust {

using runtime::Instant;
using runtime::Task;
namespace pb = schemas::pb;

namespace {

// RFC 6376 3.6.1, t=y: as if the message were unsigned.
dmarc::Authentication outcome_of(const dkim::DkimResult& result) {
  if (result.key == dkim::KeyMode::testing) return dmarc::Authentication::failed;
  if (result.word == dkim::DkimWord::pass) return dmarc::Authentication::passed;
  return result.word == dkim::DkimWord::temperror ? dmarc::Authentication::unknown
                                                  : dmarc::Authentication::failed;
}

dmarc::Authentication outcome_of(spf::SpfCode code) {
  if (code == spf::SpfCode::pass) return dmarc::Authentication::passed;
  return code == spf::SpfCode::temperror ? dmarc::Authentication::unknown
                                         : dmarc::Authentication::failed;
}

dmarc::DmarcRequest dmarc_request(const Judgement& judgement) {
  dmarc::DmarcRequest request;
  if (!judgement.spf.domain.empty()) {
    request.spf = dmarc::Identifier{judgement.spf.domain, outcome_of(judgement.spf.code)};
  }
  for (const dkim::DkimResult& result : judgement.dkim) {
    if (!result.domain.empty()) request.dkim.push_back({result.domain, outcome_of(result)});
  }
  return request;
}

// A signature speaks for its own domain and for those below it, whose zones its owner delegates.
// Not for those above: "ann.host.example" must not speak for "host.example".
const dkim::DkimResult* signature_for(const std::vector<dkim::DkimResult>& results,
                                      const std::string& domain) {
  for (const dkim::DkimResult& one : results) {
    const bool holds =
        one.word == dkim::DkimWord::pass && one.key == dkim::KeyMode::in_use && !one.domain.empty();
    if (holds && runtime::dns::is_at_or_under(domain, one.domain)) return &one;
  }
  return nullptr;
}

// In any case of the local part's letters, which nearly everybody takes for the same.
bool is_author(const Judgement& judgement, const schemas::Address& sender) {
  return judgement.mailbox && judgement.mailbox->folded() == sender.folded();
}

void find_voucher(const JudgeRequest& request, Judgement& judgement) {
  if (!request.sender) {
    judgement.reason = "null reverse path: there is no originator";
    return;
  }
  const std::string& domain = request.sender->domain();
  if (judgement.spf.code == spf::SpfCode::pass) {
    judgement.voucher = Voucher::spf;
    judgement.reason = "SPF passed for " + domain;
    return;
  }
  const std::string spf = "SPF said " + std::string(spf::word(judgement.spf.code));
  const dkim::DkimResult* signature = signature_for(judgement.dkim, domain);
  if (judgement.spf.code == spf::SpfCode::fail) {
    judgement.reason = spf + " for " + domain;
  } else if (signature == nullptr) {
    judgement.reason = spf + " and no DKIM signature that passed speaks for " + domain;
  } else if (is_author(judgement, *request.sender)) {
    // What passes signs every From field (dkim/verify.h).
    judgement.voucher = Voucher::mailbox;
    judgement.reason = "a DKIM signature of " + signature->domain + " speaks for the author";
  } else {
    judgement.voucher = Voucher::domain;
    judgement.reason = "a DKIM signature of " + signature->domain + " speaks for " + domain +
                       ", not for the mailbox";
  }
}

AuthResult spf_field(const JudgeRequest& request, const spf::SpfResult& result) {
  AuthResult out{"spf", std::string(spf::word(result.code)), result.reason, {}};
  if (result.identity == spf::SpfIdentity::helo) {
    out.properties.push_back({"smtp", "helo", result.domain});
  } else if (request.sender) {
    // A value that would be cut is the domain alone, which RFC 8601 2.7.2 allows.
    const std::string whole = request.sender->text();
    const bool fits = whole.size() <= kMaxAuthValue;
    out.properties.push_back({"smtp", "mailfrom", fits ? whole : request.sender->domain()});
  }
  return out;
}

AuthResult dkim_field(const dkim::DkimResult& result) {
  AuthResult out{"dkim", std::string(dkim::word_of(result.word)), result.reason, {}};
  if (out.reason.empty() && result.key == dkim::KeyMode::testing) out.reason = "the key is a test";
  if (!result.domain.empty()) out.properties.push_back({"header", "d", result.domain});
  if (!result.selector.empty()) out.properties.push_back({"header", "s", result.selector});
  return out;
}

AuthResult dmarc_field(const dmarc::DmarcResult& result) {
  AuthResult out{"dmarc", std::string(dmarc::word(result.code)), result.reason, {}};
  if (!result.author.empty()) out.properties.push_back({"header", "from", result.author});
  return out;
}

spf::SpfRequest spf_request(const JudgeRequest& request) {
  spf::SpfRequest who;
  who.client = request.client;
  who.helo = request.helo;
  who.sender = request.sender ? request.sender->text() : std::string();
  who.receiver = request.host_name;
  who.now = request.now;
  return who;
}

Task<void> find_spf(runtime::dns::Resolver& resolver, spf::SpfRequest who, Instant deadline,
                    spf::SpfResult& out) {
  out = co_await spf::check_host(resolver, std::move(who), deadline);
}

Task<void> find_signatures(runtime::dns::Resolver& resolver, std::string_view header,
                           message::Spool& spool, runtime::WallTime now, Instant deadline,
                           std::vector<dkim::DkimResult>& out) {
  dkim::SpoolBody source(spool, header.size());
  auto signatures = co_await dkim::verify(resolver, header, source, now, deadline);
  if (signatures) {
    out = std::move(*signatures);
    co_return;
  }
  dkim::DkimResult unread;
  unread.word = dkim::DkimWord::temperror;
  unread.reason = "the message could not be read back";
  out.push_back(std::move(unread));
}

}  // namespace

Task<Judgement> judge(runtime::dns::Resolver& resolver, JudgeRequest request,
                      std::string_view header, message::Spool& spool, TrustDeadlines deadlines) {
  Judgement out;
  header = header.substr(0, message::body_begin(header));
  runtime::Scope scope(co_await boost::asio::this_coro::executor);
  const Authors authors = authors_of(header);
  if (authors.domains.size() == 1) out.header_from = authors.domains.front();
  out.mailbox = authors.mailbox;
  out.from = authors.from;
  dmarc::Evaluation evaluation(resolver, authors.domains);
  scope.spawn("spf", find_spf(resolver, spf_request(request), deadlines.evidence, out.spf));
  if (request.with_dmarc) {
    scope.spawn("dmarc", evaluation.find_policies(deadlines.evidence));
  }
  co_await find_signatures(resolver, header, spool, request.now, deadlines.evidence, out.dkim);
  co_await scope.join();
  if (request.with_dmarc) {
    out.dmarc = co_await evaluation.decide(dmarc_request(out), deadlines.alignment);
  }
  find_voucher(request, out);
  co_return out;
}

std::string auth_results_field(std::string_view host_name, const JudgeRequest& request,
                               const Judgement& judgement) {
  std::vector<AuthResult> results;
  results.push_back(spf_field(request, judgement.spf));
  for (const dkim::DkimResult& result : judgement.dkim) results.push_back(dkim_field(result));
  if (request.with_dmarc) results.push_back(dmarc_field(judgement.dmarc));
  return write_auth_results(host_name, results);
}

bool is_verified(const Judgement& judgement, schemas::DkimVerifies verifies) {
  switch (judgement.voucher) {
    case Voucher::none: return false;
    case Voucher::domain: return verifies == schemas::DkimVerifies::domain;
    case Voucher::mailbox:
    case Voucher::spf: return true;
  }
  return false;
}

void record_judgement(const Judgement& judgement, schemas::DkimVerifies verifies,
                      pb::Accepted& accepted) {
  const auto add = [&](std::string_view method, std::string_view result, const std::string& domain,
                       const std::string& reason) {
    pb::AuthenticationResult& out = *accepted.add_authentication();
    out.set_method(std::string(method));
    out.set_result(std::string(result));
    out.set_domain(schemas::clean_reply_text(domain));
    out.set_reason(schemas::clean_reply_text(reason));
  };
  add("spf", spf::word(judgement.spf.code), judgement.spf.domain, judgement.spf.reason);
  for (const dkim::DkimResult& result : judgement.dkim) {
    add("dkim", dkim::word_of(result.word), result.domain, result.reason);
  }
  add("dmarc", dmarc::word(judgement.dmarc.code), judgement.dmarc.author, judgement.dmarc.reason);
  accepted.set_originator_verified(is_verified(judgement, verifies));
  accepted.set_originator_reason(schemas::clean_reply_text(judgement.reason));
}

}  // namespace waybill::relay::trust

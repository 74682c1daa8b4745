#include "relay/report_transaction.h"

#include <algorithm>

#include "relay/acceptance.h"
#include "relay/policy/judge_body.h"
#include "relay/policy/limits.h"
#include "relay/returnpath/report/read_report.h"
#include "relay/trust/spf/check_host.h"
#include "runtime/clock.h"
#include "runtime/crypto.h"

namespace waybill::relay {

using policy::Refusal;
using policy::Rule;
using returnpath::report::ReportFacts;
using runtime::Instant;
using runtime::Result;
using runtime::Task;
using schemas::Event;
using schemas::Reply;
namespace pb = schemas::pb;

namespace {

// Octets of a report that are read for their meaning; more than a returned header needs.
constexpr std::size_t kUnderstoodOctets = 1 << 20;

}  // namespace

Task<Reply> ReportTransaction::refuse(Rule rule) {
  Refusal refusal = policy::refusal_by(rule);
  co_return co_await refuse(std::move(refusal));
}

Task<Reply> ReportTransaction::refuse(Refusal refusal) {
  std::vector<Event> events;
  events.push_back(policy_refusal(subject_, pb::STAGE_BODY, refusal));
  const auto recorded = co_await lane_.recorder.record(std::move(events));
  if (!recorded) co_return unrecorded(lane_.metrics, recorded.error());
  co_return refusal.reply;
}

Task<Reply> ReportTransaction::end(WholeMessage report) {
  const auto turn = lane_.turns.take(token_.delivery);
  if (!turn) co_return co_await refuse(Rule::report_busy);
  const Instant deadline = lane_.clock.now() + kReturnPathTimeout;
  const auto among_relays = co_await lane_.return_paths.take_turn(token_, deadline);
  if (!among_relays) co_return co_await refuse(Rule::report_unknown);
  if (*among_relays == returnpath::TurnHolder::another) {
    co_return co_await refuse(Rule::report_busy);
  }
  // If the process ends before the turn is given back, other relays get 451 for this delivery until
  // kTurnLife is over.
  Reply reply = co_await in_turn(std::move(report));
  co_await lane_.return_paths.give_turn_back(token_);
  co_return reply;
}

// The alias of a return path is text of the log; its route is the one of today.
returnpath::ReportPolicy ReportTransaction::policy_for(const std::string& alias) const {
  const auto address = schemas::Address::parse(alias);
  if (!address) return returnpath::policy_of(domain_, nullptr);
  const routes::Lookup lookup = envelope_.routes->find(*address);
  const auto* const found = std::get_if<routes::Found>(&lookup);
  return returnpath::policy_of(domain_, found == nullptr ? nullptr : found->action);
}

// DNS was in doubt when the message came; its sender's record is asked again, for the client that
// sent it then. The error where DNS is in doubt still.
Task<Result<void>> ReportTransaction::ask_spf_again(schemas::ReturnPath& path) {
  const auto client = runtime::ip_of(path.client_ip);
  if (!client) co_return Result<void>();
  trust::spf::SpfRequest who;
  who.client = *client;
  who.helo = path.helo;
  who.sender = path.sender;
  who.receiver = lane_.settings.host_name;
  who.now = lane_.clock.wall();
  const Instant deadline = lane_.clock.now() + kTrustTimeout;
  const auto spf =
      co_await trust::spf::check_host(lane_.forward.resolver, std::move(who), deadline);
  if (spf.code == trust::spf::SpfCode::temperror)
    co_return make_error_code(runtime::Errc::temporary);
  path.verified = spf.code == trust::spf::SpfCode::pass;
  path.reason = "SPF said " + std::string(trust::spf::word(spf.code)) +
                " when it was asked again, as the report came";
  co_return Result<void>();
}

Task<Reply> ReportTransaction::in_turn(WholeMessage report) {
  const Instant deadline = lane_.clock.now() + kReturnPathTimeout;
  auto path = co_await lane_.return_paths.find(token_, deadline);
  if (!path) co_return co_await refuse(Rule::report_unknown);
  subject_.alias = path->alias;
  auto read_report = co_await read(report.spool);
  if (!read_report) co_return co_await refuse(Rule::report_spool);
  if (envelope_.mail.sender && !returnpath::report::reads_as_report(read_report->facts)) {
    co_return co_await refuse(Rule::return_path_sender);
  }
  const auto* const earlier = returnpath::find_earlier(*path, read_report->digest);
  auto refusal = policy::judge_report(*path, earlier);
  if (refusal) co_return co_await refuse(std::move(*refusal));
  if (!path->verified && path->spf_in_doubt) {
    const auto asked = co_await ask_spf_again(*path);
    if (!asked) co_return co_await refuse(Rule::report_sender_unsure);
  }
  const smtp::RcptDsn no_dsn;
  Event accepted = accepted_event(envelope_, report, subject_, no_dsn);
  const returnpath::ReportPolicy policy = policy_for(path->alias);
  Homecoming home(lane_, subject_, token_.delivery, std::move(*path), policy,
                  envelope_.mail.require_tls);
  co_return co_await home.take(std::move(*read_report), std::move(accepted));
}

Task<Result<ReadReport>> ReportTransaction::read(message::Spool& report) {
  runtime::Sha256 digest;
  // What the reading needs to know of the envelope (RFC 5321 4.4).
  std::string beginning = "Return-Path: <" +
                          (envelope_.mail.sender ? envelope_.mail.sender->text() : std::string()) +
                          ">\r\n";
  std::uint64_t offset = 0;
  while (offset < report.size()) {
    const auto piece = co_await report.read(offset);
    if (!piece) co_return piece.error();
    offset += piece->size();
    digest.update(*piece);
    const std::size_t room = kUnderstoodOctets - std::min(kUnderstoodOctets, beginning.size());
    beginning.append(piece->substr(0, room));
  }
  const runtime::Digest octets = digest.finish();
  ReadReport out;
  out.octets = report.size();
  out.digest.assign(octets.begin(), octets.end());
  // A report of a megabyte made to be slow takes a quarter of a second: not on this thread.
  auto job = [text = std::move(beginning)]() -> Result<ReportFacts> {
    return returnpath::report::read_report(text);
  };
  auto facts = co_await runtime::run_on(*lane_.spool.workers, std::move(job));
  if (!facts) co_return facts.error();
  out.facts = std::move(*facts);
  co_return out;
}

}  // namespace waybill::relay

#include "relay/returnpath/decide.h"

#include <algorithm>

#include "relay/returnpath/report/address_scan.h"
#include "relay/returnpath/xtext.h"

namespace waybill::relay::returnpath {

using report::ReportClass;
using schemas::ReportsTo;
using schemas::ReturnPath;

namespace {

Decision held(std::string reason) {
  Decision out;
  out.reason = std::move(reason);
  return out;
}

// RFC 3461 4.1. Without NOTIFY a sender is told of failures; of delays too, if one likes, and a
// bridgehead that goes on trying needs no noise from us.
bool wants(const std::string& notify, std::string_view word) {
  return notify.find(word) != std::string::npos;
}

// Why the originator is not told of such a report; empty: it is.
std::string not_for_sender(ReportClass kind, const std::string& notify) {
  if (notify == "NEVER") return "the sender asked for no notice (NOTIFY=NEVER)";
  switch (kind) {
    case ReportClass::hard:
    case ReportClass::soft:
    case ReportClass::unrecognised:
      if (notify.empty() || wants(notify, "FAILURE")) return {};
      return "the sender did not ask for notice of failures";
    case ReportClass::delayed:
      if (wants(notify, "DELAY")) return {};
      return "a delay: nothing is lost yet, and the sender did not ask";
    case ReportClass::delivered:
    case ReportClass::relayed:
    case ReportClass::expanded:
      if (wants(notify, "SUCCESS")) return {};
      return "the sender did not ask for notice of success";
    case ReportClass::complaint: return "a complaint is for the operator";
    case ReportClass::auto_reply: return "an automatic reply is no bounce";
  }
  return "nothing is known of such a report";
}

}  // namespace

ReportPolicy policy_of(const schemas::DomainRoutes& domain, const schemas::RouteAction* action) {
  ReportPolicy policy{domain.reports_to, domain.redact, domain.bounce_window};
  const auto* const forward = action == nullptr ? nullptr : std::get_if<schemas::ForwardTo>(action);
  if (forward == nullptr) return policy;
  if (forward->reports_to) policy.to = *forward->reports_to;
  if (forward->redact) policy.redact = *forward->redact;
  return policy;
}

const ReturnPath::Report* find_earlier(const ReturnPath& path, std::string_view digest) {
  const auto found =
      std::find_if(path.reports.begin(), path.reports.end(),
                   [&](const ReturnPath::Report& report) { return report.digest == digest; });
  return found == path.reports.end() ? nullptr : &*found;
}

namespace {

bool names_envelope(const ReturnPath& path, const report::ReportFacts& facts) {
  const std::string& said = facts.original_envelope_id;
  const auto asked = decode_xtext(path.dsn.envid);
  // Some send it home as it stood in the command.
  return said.empty() || path.dsn.envid.empty() || !asked || said == *asked ||
         said == path.dsn.envid;
}

bool names_recipient(const ReturnPath& path, const report::ReportFacts& facts) {
  const std::string asked = report::typed_address(decode_orcpt(path.dsn.orcpt));
  const std::string as_written = report::typed_address(path.dsn.orcpt);
  return asked.empty() || std::all_of(facts.recipients.begin(), facts.recipients.end(),
                                      [&](const report::RecipientFacts& one) {
                                        const std::string& said = one.original_recipient;
                                        return said.empty() || report::same_address(said, asked) ||
                                               report::same_address(said, as_written);
                                      });
}

// What the report says of the envelope, held against what was asked of the next hop: the token has
// named the delivery already, so that a difference is only told. Empty: none.
std::string difference(const ReturnPath& path, const report::ReportFacts& facts) {
  std::string out;
  if (!names_envelope(path, facts)) {
    out += "; the report names another envelope id than the sender gave";
  }
  if (!names_recipient(path, facts)) {
    out += "; the report names another original recipient than the sender gave";
  }
  return out;
}

Decision decided(const ReturnPath& path, const report::ReportFacts& facts,
                 const ReportPolicy& policy, runtime::WallTime now) {
  if (now > path.accepted_at + policy.window) {
    Decision late = held("the window for bounces had closed");
    late.late = true;
    return late;
  }
  if (policy.to.whom == ReportsTo::Whom::nobody) {
    Decision out = held("the route absorbs bounces");
    out.kind = Decision::Kind::absorb;
    return out;
  }
  Decision out;
  out.kind = Decision::Kind::hand_on;
  if (policy.to.whom == ReportsTo::Whom::owner) {
    const std::string why = not_for_sender(facts.kind, {});
    if (!why.empty()) return held(why);
    out.to = policy.to.owner;
    out.reason = "the route sends bounces to the alias's owner";
    return out;
  }
  if (path.sender.empty()) return held("the message had no sender: a report about a report");
  const std::string why = not_for_sender(facts.kind, path.dsn.notify);
  if (!why.empty()) return held(why);
  if (!path.verified) return held("the originator was not verified: " + path.reason);
  auto home = schemas::Target::parse(path.sender);
  if (!home) return held(home.error().in("the sender's address cannot be mailed to").why);
  out.to = std::move(*home);
  out.reason = path.reason;
  return out;
}

}  // namespace

Decision decide(const ReturnPath& path, const report::ReportFacts& facts,
                const ReportPolicy& policy, runtime::WallTime now) {
  Decision out = decided(path, facts, policy, now);
  out.reason += difference(path, facts);
  return out;
}

}  // namespace waybill::relay::returnpath

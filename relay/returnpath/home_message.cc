#include "relay/returnpath/home_message.h"

#include <algorithm>
#include <array>

#include "relay/returnpath/report/dsn_writer.h"
#include "relay/returnpath/report/prose.h"
#include "relay/returnpath/report/redact.h"
#include "relay/returnpath/report/status_code.h"
#include "relay/returnpath/xtext.h"
#include "runtime/ascii.h"
#include "schemas/address.h"
#include "schemas/reply.h"
#include "schemas/target.h"

namespace waybill::relay::returnpath {

using report::RecipientFacts;
using report::ReportClass;
using report::ReportFacts;
using schemas::ReturnPath;

namespace {

std::string_view action_of(ReportClass kind) {
  switch (kind) {
    case ReportClass::delayed: return "delayed";
    case ReportClass::delivered: return "delivered";
    case ReportClass::relayed: return "relayed";
    case ReportClass::expanded: return "expanded";
    default: return "failed";
  }
}

// RFC 3463 3.1: "other or undefined status" of the class that fits the action.
std::string_view general_status(ReportClass kind) {
  switch (kind) {
    case ReportClass::delivered:
    case ReportClass::relayed:
    case ReportClass::expanded: return "2.0.0";
    case ReportClass::delayed: return "4.0.0";
    case ReportClass::soft: return "4.4.7";
    default: return "5.0.0";
  }
}

bool is_general(std::string_view status) { return status.ends_with(".0.0"); }

// Some servers write "5.0.0" beside the words "550 5.1.1": the words tell more.
std::string telling_status(const RecipientFacts& reported, ReportClass kind) {
  std::string status = reported.status;
  if (status.empty()) status = general_status(kind);
  if (!is_general(status)) return status;
  const report::FoundReply said = report::find_reply(reported.diagnostic_code);
  const bool same_class = !said.enhanced.empty() && said.enhanced.front() == status.front();
  if (same_class) return said.enhanced;
  // "552 mailbox full" has no such code, and its words have one.
  const std::string_view reason = report::reason_in(reported.diagnostic_code);
  if (reason.empty() || status.front() == '2') return status;
  return status.front() + std::string(reason.substr(1));
}

// The one delivery that the return path names is one recipient: the gravest of those reported.
RecipientFacts spoken_of(const ReportFacts& facts) {
  const auto found =
      std::find_if(facts.recipients.begin(), facts.recipients.end(),
                   [&](const RecipientFacts& one) { return one.kind == facts.kind; });
  if (found != facts.recipients.end()) return *found;
  RecipientFacts none;
  none.kind = facts.kind;
  return none;
}

std::string domain_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string() : std::string(address.substr(at + 1));
}

report::Hidden hidden_names(const ReturnPath& path, const ReportFacts& facts) {
  report::Hidden hidden;
  hidden.alias = path.alias;
  const auto target = schemas::Target::parse(path.target);
  hidden.names.push_back(target ? target->address().text() : path.target);
  if (!facts.reporting_mta.empty()) hidden.names.push_back(facts.reporting_mta);
  for (const RecipientFacts& one : facts.recipients) {
    for (const std::string* name :
         {&one.final_recipient, &one.original_recipient, &one.remote_mta}) {
      if (!name->empty()) hidden.names.push_back(*name);
    }
  }
  return hidden;
}

using runtime::ascii::is_ascii;

std::chrono::sys_seconds seconds_of(runtime::WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

// What we know ourselves of a message whose header did not come back.
std::string known_header(const ReturnPath& path) {
  std::string out;
  if (!path.rfc5322_message_id.empty()) out += "Message-ID: " + path.rfc5322_message_id + "\n";
  if (!path.header_from.empty()) out += "From: " + path.header_from + "\n";
  return out;
}

// The end of the field that begins at `at`: behind its last line, folded ones included.
std::size_t field_end(std::string_view header, std::size_t at) {
  for (;;) {
    const std::size_t line = header.find('\n', at);
    if (line == std::string_view::npos) return header.size();
    at = line + 1;
    if (at >= header.size() || (header[at] != ' ' && header[at] != '\t')) return at;
  }
}

bool is_our_received(std::string_view field, std::string_view host_name, std::string_view id) {
  constexpr std::string_view kReceived = "received:";
  return runtime::ascii::starts_with(field, kReceived) &&
         field.find(std::string("by ").append(host_name)) != std::string_view::npos &&
         field.find(std::string("id ").append(id)) != std::string_view::npos;
}

}  // namespace

std::string as_the_sender_wrote(std::string_view returned_header, std::string_view host_name,
                                std::string_view our_message_id) {
  for (std::size_t at = 0; at < returned_header.size();) {
    const std::size_t end = field_end(returned_header, at);
    if (is_our_received(returned_header.substr(at, end - at), host_name, our_message_id)) {
      return std::string(returned_header.substr(end));
    }
    at = end;
  }
  return {};
}

namespace {

// The fields of a header that comes home, by what they may tell of those behind the alias; in lower
// case.
constexpr std::array<std::string_view, 8> kOwnWords = {"from",   "to",       "cc",      "bcc",
                                                       "sender", "reply-to", "subject", "comments"};
// The sender's too: identifiers, dates, and what programs of the sender's read.
constexpr std::array<std::string_view, 20> kOwnFacts = {"date",
                                                        "message-id",
                                                        "in-reply-to",
                                                        "references",
                                                        "mime-version",
                                                        "content-type",
                                                        "content-id",
                                                        "content-disposition",
                                                        "keywords",
                                                        "content-language",
                                                        "list-id",
                                                        "list-help",
                                                        "list-unsubscribe",
                                                        "list-post",
                                                        "content-description",
                                                        "precedence",
                                                        "organization",
                                                        "auto-submitted",
                                                        "list-archive",
                                                        "content-transfer-encoding"};
// Trace: in front of all other fields it is the sender's, behind one a server of the other side put
// it there.
constexpr std::array<std::string_view, 8> kTrace = {
    "received", "dkim-signature",        "authentication-results",     "received-spf",
    "arc-seal", "arc-message-signature", "arc-authentication-results", "domainkey-signature"};
// Of these the only purpose is to say whom a server delivers to.
constexpr std::array<std::string_view, 8> kDeliveryFields = {
    "delivered-to",   "envelope-to",   "x-delivered-to", "x-envelope-to",
    "x-forwarded-to", "x-original-to", "x-rcpt-to",      "x-real-to"};

template <std::size_t Size>
bool is_one_of(std::string_view name, const std::array<std::string_view, Size>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// "x-hoster-id" as "x hoster id".
std::string words_of(std::string name) {
  std::replace(name.begin(), name.end(), '-', ' ');
  return name;
}

// Servers put fields in front of those that they found, and some behind them. What is the sender's
// by its name is kept; what nobody knows is kept where it names nobody.
std::string without_what_servers_added(std::string_view header, const report::Hidden& hidden) {
  const report::NameCleaner cleaner(hidden, header);
  std::string out;
  bool in_front = true;
  for (std::size_t at = 0; at < header.size();) {
    const std::size_t end = field_end(header, at);
    const std::string_view field = header.substr(at, end - at);
    at = end;
    const std::string name =
        runtime::ascii::lower(field.substr(0, std::min(field.find(':'), field.size())));
    const std::string shown = cleaner.clean(field);
    if (is_one_of(name, kOwnWords)) {
      out += shown;
      in_front = false;
      continue;
    }
    const bool trace = is_one_of(name, kTrace);
    in_front = in_front && trace;
    const bool own = is_one_of(name, kOwnFacts) || (trace && in_front);
    const std::string_view value = field.substr(std::min(name.size() + 1, field.size()));
    const bool safe = own || (!trace && !report::names_somebody(value, hidden) &&
                              !report::names_somebody(words_of(name), hidden));
    if (!is_one_of(name, kDeliveryFields) && safe && shown == field) out += shown;
  }
  return out;
}

}  // namespace

HomeMessage write_home(const ReturnPath& path, const ReportFacts& facts, const ReportPolicy& policy,
                       std::string_view to, std::string_view host_name, std::string_view message_id,
                       runtime::WallTime now) {
  const RecipientFacts reported = spoken_of(facts);
  RecipientFacts recipient;
  recipient.final_recipient = path.alias;
  recipient.original_recipient = report::typed_address(decode_orcpt(path.dsn.orcpt));
  recipient.action = action_of(facts.kind);
  recipient.status = telling_status(reported, facts.kind);
  recipient.diagnostic_code = reported.diagnostic_code;
  recipient.kind = facts.kind;
  if (policy.redact) {
    recipient.status = report::redact_status(recipient.status);
    recipient.diagnostic_code = report::redact(reported.diagnostic_code, hidden_names(path, facts));
  } else {
    recipient.remote_mta = reported.remote_mta;
  }

  report::DsnMessage dsn;
  dsn.from = "postmaster@" + domain_of(path.alias);
  dsn.to = to;
  dsn.message_id = message_id;
  dsn.date = seconds_of(now);
  dsn.reporting_mta = host_name;
  dsn.original_envelope_id = decode_xtext(path.dsn.envid).value_or("");
  dsn.arrival_date = seconds_of(path.accepted_at);
  dsn.recipients.push_back(std::move(recipient));
  dsn.others_have_it = facts.others_have_it;
  if (facts.returned) {
    dsn.returned_header =
        as_the_sender_wrote(facts.returned->header, host_name, path.message.text());
    if (policy.redact) {
      dsn.returned_header =
          without_what_servers_added(dsn.returned_header, hidden_names(path, facts));
    }
  }
  if (dsn.returned_header.empty()) dsn.returned_header = known_header(path);
  HomeMessage out;
  out.smtputf8 = path.smtputf8 && (!is_ascii(to) || !is_ascii(path.alias));
  if (out.smtputf8) dsn.transport = report::Transport::smtputf8;
  const bool understood = facts.kind != ReportClass::unrecognised;
  out.text = understood ? report::write_dsn(dsn) : report::write_notice(dsn);
  return out;
}

}  // namespace waybill::relay::returnpath

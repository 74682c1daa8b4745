#include "relay/returnpath/report/prose.h"

#include <algorithm>
#include <array>

#include "relay/returnpath/report/address_scan.h"
#include "relay/returnpath/report/clean_text.h"
#include "relay/returnpath/report/folded_text.h"
#include "relay/returnpath/report/mentions.h"
#include "relay/returnpath/report/prose_rules.h"
#include "relay/returnpath/report/status_code.h"

namespace waybill::relay::returnpath::report {
namespace {

constexpr std::size_t kMaxDiagnostic = 500;

std::string_view text_read(const ProseSource& source) { return source.text.substr(0, kMaxProse); }

std::vector<Mention> mentions_of(const ProseSource& source) {
  return find_mentions(text_read(source), known_others(source.header, source.returned_header));
}

void add(std::vector<Told>& recipients, const std::string& address, std::string_view text) {
  for (Told& known : recipients) {
    if (!same_address(known.address, address)) continue;
    known.text += '\n';
    known.text += text;
    return;
  }
  if (recipients.size() == kMaxRecipients) return;
  recipients.push_back({address, std::string(text)});
}

// Each recipient with the text from its line to the next one's.
std::vector<Told> recipients_in(const ProseSource& source) {
  const std::string_view text = text_read(source);
  const std::vector<Mention> mentions = mentions_of(source);
  std::vector<Told> recipients;
  for (std::size_t i = 0; i < mentions.size(); ++i) {
    const std::size_t end = i + 1 < mentions.size() ? mentions[i + 1].line : text.size();
    // A transcript says its code before the address, and the only address stands anywhere.
    const bool code_first = mentions[i].sureness == Sureness::heads_refusal;
    std::size_t begin = code_first ? mentions[i].line : mentions[i].behind;
    if (mentions[i].sureness == Sureness::only_one) begin = 0;
    add(recipients, mentions[i].address, text.substr(begin, end - begin));
  }
  return recipients;
}

bool has_letter(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || static_cast<unsigned char>(c) >= 0x80; });
}

bool gives_reason(std::string_view text) { return !hear_text(text, Passage::body).status.empty(); }

// The first paragraph that gives a reason, or else says anything.
std::string_view telling_paragraph(std::string_view text, OnlyReasons only_reasons) {
  std::string_view first;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    const std::string_view paragraph = text.substr(0, end);
    text.remove_prefix(std::min(end + 2, text.size()));
    if (gives_reason(paragraph)) return paragraph;
    if (first.empty() && has_letter(paragraph)) first = paragraph;
  }
  return only_reasons == OnlyReasons::yes ? std::string_view() : first;
}

// A code that ends a sentence ("(#5.1.1)") speaks of its line.
std::string diagnostic_of(std::string_view text, const FoundReply& reply,
                          OnlyReasons only_reasons) {
  std::string_view said = text;
  if (reply) {
    const std::size_t line = text.substr(0, reply.begin).rfind('\n') + 1;
    said = text.substr(reply.code == 0 ? line : reply.begin);
    said = said.substr(0, said.find("\n\n"));
  } else {
    said = telling_paragraph(text, only_reasons);
  }
  return typed_diagnostic(clean_line(strip_front(said, " \t\n:>\"'.,;)-=*#"), kMaxDiagnostic));
}

std::string status_of(std::string_view text, std::string_view all, const FoundReply& reply,
                      const std::string& action) {
  if (action == "delivered") return "2.0.0";
  if (!reply.enhanced.empty()) return reply.enhanced;
  const int digit = reply.code / 100;
  const Heard of_all = hear_text(all, Passage::body);
  std::string_view reason = hear_text(text, Passage::body).status;
  // Why it was not delivered in time is the lesser news.
  if (reason.empty() || (of_all.says(Meaning::expired) && digit == 0)) reason = of_all.status;
  std::string status(reason);
  if (status.empty()) status = action == "delayed" ? "4.0.0" : "5.0.0";
  if (digit != 0) status.front() = static_cast<char>('0' + digit);
  if (action == "delayed") status.front() = '4';
  return status;
}

bool has_null_return_path(const Fields& header) {
  return trim(first_value(header, "return-path")) == "<>";
}

bool has_failed_recipients(const Fields& header) {
  return !first_value(header, "x-failed-recipients").empty();
}

// What became of one recipient: its own words before those about all.
std::string action_of(std::string_view said, const FoundReply& reply, const Evidence& evidence) {
  if (evidence.delivered) return "delivered";
  const Words own = words_in(said);
  const bool refused = reply.code >= 500 && !own.late;
  if (evidence.late && !own.expired && !refused) return "delayed";
  return evidence.failed || own.expired || reply.code != 0 ? "failed" : "";
}

}  // namespace

Words words_in(std::string_view text) {
  const Heard heard = hear_text(text, Passage::body);
  Words words;
  words.late = heard.says(Meaning::delayed);
  words.expired = heard.says(Meaning::expired);
  words.failed = heard.says(Meaning::report);
  return words;
}

std::string_view reason_in(std::string_view text) { return hear_text(text, Passage::body).status; }

Evidence weigh(const ProseSource& source, bool marked) {
  const std::string_view text = text_read(source);
  const Heard from = hear_text(first_value(source.header, "from"), Passage::from);
  const Heard subject = hear_text(source.subject, Passage::subject);
  const Heard body = hear_text(text, Passage::body);
  const FoundReply reply = find_reply(text);
  const bool field = has_failed_recipients(source.header) || source.names_itself;
  const bool by_sender = from.says(Meaning::report);
  const bool named = subject.says(Meaning::report) || subject.says(Meaning::delayed) ||
                     subject.says(Meaning::topic) || subject.says(Meaning::delivered);
  const bool told = body.says(Meaning::report) || body.says(Meaning::expired);
  const bool reasoned = reply || !body.status.empty();
  const bool says =
      told || reasoned || body.says(Meaning::delayed) || body.says(Meaning::delivered);
  const std::vector<Mention> mentions = mentions_of(source);
  const bool headed = !mentions.empty() && mentions.front().sureness < Sureness::only_one;
  const bool by_form = by_sender && headed && source.returns;
  const bool answers = subject.says(Meaning::auto_reply) || body.says(Meaning::auto_reply);

  Evidence out;
  out.answer = answers;
  const Heard path = hear_text(first_value(source.header, "return-path"), Passage::from);
  const bool by_system = by_sender || path.says(Meaning::report);
  out.by_mail_system = field || (by_system && (named || by_form));
  if (field || (by_sender && (named || by_form || says))) {
    out.report = field || !subject.says(Meaning::auto_reply) || named;
  } else if (subject.says(Meaning::auto_reply)) {
    out.report = false;
  } else if (named) {
    out.report = says && (!marked || !body.says(Meaning::auto_reply) || reply);
  } else if (!marked && !body.says(Meaning::auto_reply)) {
    // Automatic replies have the null return path too.
    const bool firm = headed || source.returns || reply;
    out.report =
        has_null_return_path(source.header) && firm && (told || body.says(Meaning::delayed));
  }
  const bool late = subject.says(Meaning::delayed) || body.says(Meaning::delayed);
  out.late = late && !body.says(Meaning::expired);
  out.failed = subject.says(Meaning::report) || told || reasoned || by_form ||
               has_failed_recipients(source.header);
  const bool arrived = body.says(Meaning::delivered) || subject.says(Meaning::delivered);
  out.delivered = arrived && !subject.says(Meaning::report) && !told && !late && reply.code == 0;
  return out;
}

bool names_recipients(const ProseSource& source) {
  return has_failed_recipients(source.header) || !mentions_of(source).empty();
}

std::vector<Told> told_in(const ProseSource& source) {
  std::vector<Told> in_text = recipients_in(source);
  // Exim and Gmail name them in a field; the text then only tells why.
  std::vector<Told> named;
  for (const Field& field : source.header) {
    if (field.name != "x-failed-recipients") continue;
    for (const FoundAddress& found : find_addresses(field.value)) add(named, found.text, "");
  }
  for (Told& recipient : named) {
    for (const Told& other : in_text) {
      if (same_address(recipient.address, other.address)) recipient.text = other.text;
    }
  }
  if (!named.empty()) return named;
  if (in_text.empty()) in_text.emplace_back();
  return in_text;
}

std::string diagnostic_in(std::string_view text, OnlyReasons only_reasons) {
  return diagnostic_of(text, find_reply(text), only_reasons);
}

std::vector<RecipientFacts> read_prose(const ProseSource& source, const Evidence& evidence) {
  const std::string_view text = text_read(source);
  const std::vector<Told> recipients = told_in(source);
  std::vector<RecipientFacts> out;
  for (const Told& recipient : recipients) {
    RecipientFacts facts;
    facts.final_recipient = bare_address(recipient.address);
    FoundReply reply = find_reply(recipient.text);
    std::string_view said = recipient.text;
    // A text about one recipient is about it throughout.
    if (!reply && recipients.size() == 1 && (said.empty() || find_reply(text))) {
      reply = find_reply(text);
      said = text;
    }
    facts.action = action_of(said, reply, evidence);
    facts.diagnostic_code = diagnostic_of(said, reply, OnlyReasons::no);
    // Before the only recipient of a text may stand why.
    if (!reply && recipients.size() == 1 && !gives_reason(said) && gives_reason(text)) {
      facts.diagnostic_code = diagnostic_of(text, reply, OnlyReasons::no);
    }
    if (!facts.action.empty()) facts.status = status_of(said, text, reply, facts.action);
    facts.kind = class_of(facts);
    out.push_back(std::move(facts));
  }
  return out;
}

}  // namespace waybill::relay::returnpath::report

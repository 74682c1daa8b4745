#include "relay/returnpath/report/read_report.h"

#include <algorithm>
#include <array>

#include "relay/returnpath/report/address_scan.h"
#include "relay/returnpath/report/automatic.h"
#include "relay/returnpath/report/clean_text.h"
#include "relay/returnpath/report/delivery_status.h"
#include "relay/returnpath/report/json_notice.h"
#include "relay/returnpath/report/mime_parts.h"
#include "relay/returnpath/report/prose.h"
#include "relay/returnpath/report/status_code.h"

namespace waybill::relay::returnpath::report {
namespace {

bool is_delivery_status(std::string_view type) {
  return type == "message/delivery-status" || type == "message/global-delivery-status";
}

bool is_returned(std::string_view type) {
  static constexpr std::array<std::string_view, 6> kTypes = {
      "message/rfc822", "text/rfc822-headers",    "text/rfc822-header",
      "message/global", "message/global-headers", "message/rfc822-headers"};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

ReturnedMessage returned_of(std::string_view text) {
  ReturnedMessage returned;
  text = text.substr(0, kMaxReturnedHeader);
  returned.header = text.substr(0, text.find("\n\n"));
  const Fields fields = read_fields(returned.header);
  returned.message_id = clean_line(first_value(fields, "message-id"), kMaxFact);
  return returned;
}

// All text for people, up to the first returned message. HTML says again what a plain text before
// it said; alone it is the report.
std::string text_of(const Message& message) {
  std::string text;
  bool told = false;
  for (const Part& part : message.parts) {
    if (is_returned(part.type)) break;
    const bool html = part.type == "text/html";
    if (part.type != "text/plain" && (!html || told)) continue;
    told = told || std::any_of(part.text.begin(), part.text.end(), is_letter);
    text += part.text + "\n";
  }
  return text;
}

// RFC 5965 3. Also the way of some providers: the mail complained of, with a field that names the
// recipient.
bool read_complaint(const Message& message, const Fields& returned_header, ReportFacts& facts) {
  Fields fields;
  for (const Part& part : message.parts) {
    if (part.type == "message/feedback-report") fields = read_fields(part.text);
  }
  const std::string_view junk_recipient = first_value(returned_header, "x-hmxmroriginalrecipient");
  if (fields.empty() && message.report_type != "feedback-report" && junk_recipient.empty()) {
    return false;
  }
  facts.feedback_type = lower(first_value(fields, "feedback-type"));
  facts.reporting_mta = typed_mta(first_value(fields, "reporting-mta"));
  facts.original_envelope_id = clean_line(first_value(fields, "original-envelope-id"), kMaxFact);
  facts.arrival_date = read_date(first_value(fields, "arrival-date"));
  std::vector<std::string> named;
  for (const Field& field : fields) {
    if (field.name == "original-rcpt-to") named.push_back(typed_address(field.value));
  }
  if (named.empty() && !junk_recipient.empty()) named.push_back(typed_address(junk_recipient));
  if (named.empty()) named.emplace_back();
  for (std::string& address : named) {
    if (facts.recipients.size() == kMaxRecipients) break;
    RecipientFacts recipient;
    recipient.final_recipient = std::move(address);
    recipient.kind = ReportClass::complaint;
    facts.recipients.push_back(std::move(recipient));
  }
  return true;
}

ReportClass gravest(const std::vector<RecipientFacts>& recipients) {
  static constexpr std::array<ReportClass, 7> kOrder = {
      ReportClass::hard,    ReportClass::soft,     ReportClass::delayed,  ReportClass::delivered,
      ReportClass::relayed, ReportClass::expanded, ReportClass::complaint};
  for (const ReportClass kind : kOrder) {
    for (const RecipientFacts& recipient : recipients) {
      if (recipient.kind == kind) return kind;
    }
  }
  return ReportClass::unrecognised;
}

// What the text tells of that recipient: of all where it is the only one.
std::string text_about(const RecipientFacts& recipient, const std::vector<Told>& told, bool alone,
                       std::string_view text) {
  if (alone) return std::string(text);
  for (const Told& one : told) {
    if (same_address(one.address, recipient.final_recipient)) return one.text;
  }
  return {};
}

// What the fields of a status part leave open is taken from the text beside it: the recipient where
// it names exactly as many, the reason, and whether all is over.
void complete(std::vector<RecipientFacts>& recipients, const ProseSource& source) {
  const std::vector<Told> told = told_in(source);
  const bool as_many = told.size() == recipients.size();
  const bool alone = recipients.size() == 1;
  for (std::size_t i = 0; i < recipients.size(); ++i) {
    RecipientFacts& one = recipients[i];
    if (one.final_recipient.empty() && as_many) {
      one.final_recipient = bare_address(told[i].address);
    }
    const std::string text = text_about(one, told, alone, source.text.substr(0, kMaxProse));
    if (one.diagnostic_code.empty()) one.diagnostic_code = diagnostic_in(text, OnlyReasons::yes);
    if (one.status.empty()) one.status = find_reply(one.diagnostic_code).enhanced;
    one.kind = class_by_words(one, text);
  }
}

std::string_view returned_part(const Message& message) {
  for (const Part& part : message.parts) {
    if (is_returned(part.type)) return part.text;
  }
  return {};
}

// A mark alone makes no answer of mail that looks like a report in words that nobody knows.
bool is_answer(Automatic automatic, const Evidence& evidence, const ProseSource& source) {
  if (evidence.answer) return true;
  return automatic != Automatic::no && !(source.returns && names_recipients(source));
}

enum class Depth { outer, inner };

ReportFacts read_to(Depth depth, std::string_view raw);

// A filter may wrap a report into one of its own that says nothing.
bool look_inside(std::string_view returned, ReportFacts& facts) {
  ReportFacts inner = read_to(Depth::inner, returned);
  if (gravest(inner.recipients) == ReportClass::unrecognised) return false;
  facts = std::move(inner);
  return true;
}

ReportFacts read_to(Depth depth, std::string_view raw) {
  const Message message = read_message(raw);
  const std::string text = text_of(message);
  const SplitText split = split_text(text);
  ReportFacts facts;
  bool status_part = false;
  for (const Part& part : message.parts) {
    if (!is_delivery_status(part.type)) continue;
    status_part = true;
    read_delivery_status(part.text, facts);
  }
  std::string_view returned_raw = returned_part(message);
  if (returned_raw.empty() && !status_part) returned_raw = split.returned;
  if (!returned_raw.empty()) facts.returned = returned_of(returned_raw);
  const Fields returned = read_fields(facts.returned ? facts.returned->header : "");
  const ProseSource source{message.header,        message.subject,
                           split.report,          returned,
                           !returned_raw.empty(), message.report_type == "delivery-status"};

  facts.by_mail_system = status_part;
  if (facts.recipients.empty() && read_complaint(message, returned, facts)) {
    facts.by_mail_system = true;
    facts.kind = ReportClass::complaint;
    return facts;
  }
  if (facts.recipients.empty() && read_json_notice(text, facts)) {
    facts.by_mail_system = true;
    facts.kind = gravest(facts.recipients);
    return facts;
  }
  const Automatic automatic = automatic_of(message);
  const Evidence evidence = weigh(source, automatic == Automatic::replied);
  if (facts.recipients.empty() && evidence.report) {
    read_delivery_status(find_delivery_status(split.report), facts);
  }
  if (!facts.recipients.empty()) {
    complete(facts.recipients, source);
  } else if (evidence.report || status_part) {
    const bool told = depth == Depth::inner || names_recipients(source);
    if (told || !look_inside(returned_raw, facts)) {
      facts.recipients = read_prose(source, evidence);
    }
  }
  facts.by_mail_system = facts.by_mail_system || status_part || evidence.by_mail_system;
  facts.kind = gravest(facts.recipients);
  if (facts.recipients.empty() && is_answer(automatic, evidence, source)) {
    facts.kind = ReportClass::auto_reply;
  }
  return facts;
}

}  // namespace

ReportFacts read_report(std::string_view raw) { return read_to(Depth::outer, raw); }

}  // namespace waybill::relay::returnpath::report

#include "relay/returnpath/report/report_facts.h"

#include <algorithm>
#include <initializer_list>

#include "relay/returnpath/report/clean_text.h"
#include "relay/returnpath/report/prose.h"
#include "relay/returnpath/report/prose_rules.h"
#include "relay/returnpath/report/status_code.h"
#include "runtime/hex.h"
#include "schemas/utf8.h"

namespace waybill::relay::returnpath::report {
namespace {

struct Typed {
  std::string type;  // lower case; empty if the field names none
  std::string_view text;
};

// RFC 3464 2.1.2. Types are short words: what stands before a later semicolon is text.
Typed split_type(std::string_view field) {
  constexpr std::size_t kMaxType = 40;
  field = trim(field);
  const std::size_t semicolon = field.substr(0, kMaxType).find(';');
  const std::string_view type = trim(field.substr(0, semicolon));
  const bool named = semicolon != std::string_view::npos && !type.empty() &&
                     type.find_first_of(" \t@<>:\"()") == std::string_view::npos;
  if (!named) return {"", field};
  return {lower(type), trim(field.substr(semicolon + 1))};
}

// RFC 6533 3: EmbeddedUnicodeChar. What is no such thing stays as it is.
std::string without_escapes(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t close = text.starts_with("\\x{") ? text.substr(0, 10).find('}') : 0;
    unsigned point = 0;
    bool good = close != std::string_view::npos && close > 3;
    for (std::size_t i = 3; good && i < close; ++i) {
      const int digit = runtime::hex_value(text[i]);
      good = digit >= 0;
      point = point * 16 + static_cast<unsigned>(digit);
    }
    if (good && point <= 0x10ffff) {
      schemas::append_utf8(out, point);
      text.remove_prefix(close + 1);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// RFC 3464 2.3.3 has no such action: the status decides; where it says nothing of a failure, the
// words do.
ReportClass class_of_unknown(const RecipientFacts& recipient, const FoundReply& reply,
                             std::string_view reason, bool late) {
  char digit = recipient.status.empty() ? '\0' : recipient.status.front();
  if (recipient.action == "deliverable") return ReportClass::unrecognised;
  if (digit != '4' && digit != '5' && reply) {
    digit = reply.code != 0 ? static_cast<char>('0' + reply.code / 100) : reply.enhanced.front();
  }
  if (digit != '4' && digit != '5' && !reason.empty()) digit = reason.front();
  if (digit == '5') return ReportClass::hard;
  if (digit == '4' || late) return late ? ReportClass::delayed : ReportClass::soft;
  return ReportClass::unrecognised;
}

}  // namespace

std::string_view name_of(ReportClass kind) {
  switch (kind) {
    case ReportClass::unrecognised: return "unrecognised";
    case ReportClass::hard: return "hard";
    case ReportClass::soft: return "soft";
    case ReportClass::delayed: return "delayed";
    case ReportClass::delivered: return "delivered";
    case ReportClass::relayed: return "relayed";
    case ReportClass::expanded: return "expanded";
    case ReportClass::complaint: return "complaint";
    case ReportClass::auto_reply: return "auto_reply";
  }
  return "";
}

bool reads_as_report(const ReportFacts& facts) {
  if (!facts.by_mail_system) return false;
  switch (facts.kind) {
    case ReportClass::hard:
    case ReportClass::soft:
    case ReportClass::delayed:
    case ReportClass::delivered:
    case ReportClass::relayed:
    case ReportClass::expanded:
    case ReportClass::complaint: return true;
    case ReportClass::unrecognised:
    case ReportClass::auto_reply: break;
  }
  return false;
}

ReportClass class_of(const RecipientFacts& recipient) {
  const std::string& action = recipient.action;
  if (action == "delayed") return ReportClass::delayed;
  if (action == "delivered") return ReportClass::delivered;
  if (action == "relayed") return ReportClass::relayed;
  if (action == "expanded") return ReportClass::expanded;
  if (action == "expired") return ReportClass::soft;
  // Words that RFC 3464 2.3.3 does not know: Postfix's "deliverable" delivers nothing.
  const bool failed = is_one_of(action, {"", "failed", "failure", "fail", "bounced", "rejected"});
  if (!failed) return ReportClass::unrecognised;
  const char digit = recipient.status.empty() ? '\0' : recipient.status.front();
  if (digit == '5') return ReportClass::hard;
  if (digit == '4') return ReportClass::soft;
  const FoundReply reply = find_reply(recipient.diagnostic_code);
  if (reply.code != 0) return reply.code < 500 ? ReportClass::soft : ReportClass::hard;
  return action.empty() ? ReportClass::unrecognised : ReportClass::hard;
}

ReportClass class_by_words(const RecipientFacts& recipient, std::string_view text) {
  const Words said = words_in(recipient.diagnostic_code);
  const Words told = words_in(text);
  const bool late = said.late || told.late || recipient.retried;
  const bool expired = said.expired || (told.expired && !late);
  const ReportClass kind = class_of(recipient);
  const FoundReply reply = find_reply(recipient.diagnostic_code);
  const bool general = recipient.status.empty() || recipient.status.ends_with(".0.0");
  switch (kind) {
    case ReportClass::delayed:
      // OpenSMTPD's last word is "delayed"; Exchange's true delays have 4.4.7 and a time to come.
      return expired && !recipient.retried ? ReportClass::soft : kind;
    case ReportClass::hard:
      // "Action: failed", and a text that says it is tried again.
      return late && !expired && general && reply.code == 0 ? ReportClass::delayed : kind;
    case ReportClass::soft:
      if (general && reply.code >= 500) return ReportClass::hard;
      return late && !expired && reply.code < 500 ? ReportClass::delayed : kind;
    case ReportClass::unrecognised: break;
    case ReportClass::delivered:
    case ReportClass::relayed:
    case ReportClass::expanded:
    case ReportClass::complaint:
    case ReportClass::auto_reply: return kind;
  }
  return class_of_unknown(recipient, reply, hear_text(text, Passage::body).status, late);
}

std::string bare_address(std::string_view text) {
  const std::string line = clean_line(text, kMaxFact);
  std::string_view address = line;
  // Also where one of the two is forgotten.
  while (address.starts_with('<')) address = trim(address.substr(1));
  while (address.ends_with('>')) address = trim(address.substr(0, address.size() - 1));
  return std::string(address);
}

std::string typed_address(std::string_view field) {
  const Typed typed = split_type(field);
  if (typed.type == "utf-8") return bare_address(without_escapes(typed.text));
  return bare_address(typed.text);
}

std::string typed_mta(std::string_view field) {
  const std::string_view text = split_type(field).text;
  return clean_line(trim(text.substr(0, text.find('('))), kMaxFact);
}

std::string typed_diagnostic(std::string_view field) {
  const Typed typed = split_type(field);
  if (typed.text.empty()) return {};
  if (!typed.type.empty()) return clean_line(typed.type + "; " + std::string(typed.text), kMaxFact);
  const FoundReply reply = find_reply(typed.text);
  const bool smtp = reply.code != 0 && reply.begin == 0;
  return clean_line((smtp ? "smtp; " : "x-text; ") + std::string(typed.text), kMaxFact);
}

}  // namespace waybill::relay::returnpath::report

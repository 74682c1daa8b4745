#include "relay/returnpath/report/prose.h"

#include <algorithm>
#include <array>
#include <string>

#include "relay/returnpath/report/address_scan.h"
#include "relay/returnpath/report/clean_text.h"
#include "relay/returnpath/report/prose_rules.h"
#include "relay/returnpath/report/status_code.h"

namespace waybill::relay::returnpath::report {
namespace {

constexpr std::size_t kMaxDiagnostic = 500;

// How surely a line names a recipient; the lower the surer.
enum class Sureness {
  heads_line,     // "<a@b.example>: host mx said ..."
  heads_refusal,  // "550 5.1.1 <a@b.example>... User unknown": may be a refused sender
  after_lead,     // "could not be delivered to: <a@b.example>"
  none,
};

struct Mention {
  std::string address;
  Sureness sureness = Sureness::none;
  std::size_t line = 0;    // where its line begins
  std::size_t behind = 0;  // where the address ends
};

std::string_view strip_front(std::string_view text, std::string_view signs) {
  const std::size_t at = text.find_first_not_of(signs);
  return at == std::string_view::npos ? std::string_view() : text.substr(at);
}

std::string_view strip_back(std::string_view text, std::string_view signs) {
  return text.substr(0, text.find_last_not_of(signs) + 1);
}

// What follows an address that heads its line: nothing, a reason set apart by a sign, or words that
// give a reason.
bool reads_as_reason(std::string_view behind) {
  behind = strip_front(behind, ">\"'");
  const std::string_view text = trim(behind);
  if (text.empty() || text.starts_with("[") || text.starts_with("...") || text.starts_with("(")) {
    return true;
  }
  if (behind.front() == ':' || behind.front() == ',' || text.starts_with("on ")) return true;
  return find_reply(text) || !reason_in(flat_text(text)).empty();
}

bool is_refusal_head(std::string_view before) {
  before = trim(strip_back(before, "<\"' "));
  return !before.empty() && std::all_of(before.begin(), before.end(), [](char c) {
    return is_digit(c) || c == '.' || c == ' ' || c == '-';
  }) && find_reply(before).code != 0;
}

Sureness sureness_of(std::string_view before, std::string_view behind) {
  const std::string_view head = strip_front(before, " \t<\"'*->|");
  if (head.empty()) return reads_as_reason(behind) ? Sureness::heads_line : Sureness::none;
  if (is_refusal_head(before)) return Sureness::heads_refusal;
  const std::string flat = flat_text(strip_back(before, " \t:<\"'"));
  const bool led = ends_with_rule(flat, Passage::lead, Meaning::recipient);
  return led ? Sureness::after_lead : Sureness::none;
}

std::vector<Mention> find_mentions(std::string_view text) {
  std::vector<Mention> mentions;
  std::string_view rest = text;
  while (!rest.empty() && mentions.size() < kMaxAddresses) {
    const std::size_t begin = text.size() - rest.size();
    const std::string_view line = take_line(rest);
    const std::vector<FoundAddress> found = find_addresses(line);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const Sureness sureness =
          sureness_of(line.substr(0, found[i].begin), line.substr(found[i].end));
      if (sureness == Sureness::none) continue;
      mentions.push_back({found[i].text, sureness, begin, begin + found[i].end});
      break;
    }
  }
  return mentions;
}

// The mentions of the surest kind that there is.
std::vector<Mention> surest(std::vector<Mention> mentions) {
  Sureness best = Sureness::none;
  for (const Mention& mention : mentions) best = std::min(best, mention.sureness);
  std::erase_if(mentions, [best](const Mention& mention) { return mention.sureness != best; });
  return mentions;
}

std::vector<std::string> addresses_of(std::string_view field) {
  std::vector<std::string> out;
  for (const FoundAddress& found : find_addresses(field)) out.push_back(found.text);
  return out;
}

struct Recipient {
  std::string address;
  std::string text;  // what is said of it
};

void add(std::vector<Recipient>& recipients, const std::string& address, std::string_view text) {
  for (Recipient& known : recipients) {
    if (!same_address(known.address, address)) continue;
    known.text += '\n';
    known.text += text;
    return;
  }
  if (recipients.size() == kMaxRecipients) return;
  recipients.push_back({address, std::string(text)});
}

// Each recipient with the text from its line to the next one's.
std::vector<Recipient> recipients_in(std::string_view text) {
  const std::vector<Mention> mentions = surest(find_mentions(text));
  std::vector<Recipient> recipients;
  for (std::size_t i = 0; i < mentions.size(); ++i) {
    const std::size_t end = i + 1 < mentions.size() ? mentions[i + 1].line : text.size();
    // A transcript says its code before the address.
    const bool code_first = mentions[i].sureness == Sureness::heads_refusal;
    const std::size_t begin = code_first ? mentions[i].line : mentions[i].behind;
    add(recipients, mentions[i].address, text.substr(begin, end - begin));
  }
  return recipients;
}

std::vector<Recipient> find_recipients(const ProseSource& source, std::string_view text) {
  std::vector<Recipient> in_text = recipients_in(text);
  // Exim and Gmail name them in a field; the text then only tells why.
  std::vector<Recipient> named;
  for (const Field& field : source.header) {
    if (field.name != "x-failed-recipients") continue;
    for (const std::string& address : addresses_of(field.value)) add(named, address, "");
  }
  for (Recipient& recipient : named) {
    for (const Recipient& other : in_text) {
      if (same_address(recipient.address, other.address)) recipient.text = other.text;
    }
  }
  if (!named.empty()) return named;
  if (!in_text.empty()) return in_text;
  for (const std::string& address : addresses_of(first_value(source.returned_header, "to"))) {
    add(named, address, "");
  }
  if (named.empty()) named.push_back({});
  return named;
}

bool has_letter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return is_letter(c); });
}

// The first paragraph that gives a reason, or else says anything.
std::string_view telling_paragraph(std::string_view text) {
  std::string_view first;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    const std::string_view paragraph = text.substr(0, end);
    text.remove_prefix(std::min(end + 2, text.size()));
    if (!reason_in(flat_text(paragraph)).empty()) return paragraph;
    if (first.empty() && has_letter(paragraph)) first = paragraph;
  }
  return first;
}

// From the refusal to the end of its paragraph. A code that ends a sentence ("(#5.1.1)") speaks of
// its line.
std::string diagnostic_of(std::string_view text, const FoundReply& reply) {
  std::string_view said = text;
  if (reply) {
    const std::size_t line = text.substr(0, reply.begin).rfind('\n') + 1;
    said = text.substr(reply.code == 0 ? line : reply.begin);
    said = said.substr(0, said.find("\n\n"));
  } else {
    said = telling_paragraph(text);
  }
  return typed_diagnostic(clean_line(strip_front(said, " \t\n:>\"'.-=*#"), kMaxDiagnostic));
}

std::string status_of(std::string_view text, std::string_view all, const FoundReply& reply,
                      const std::string& action) {
  if (!reply.enhanced.empty()) return reply.enhanced;
  const int digit = reply.code / 100;
  std::string_view reason = reason_in(flat_text(text));
  if (reason.empty()) reason = reason_in(flat_text(all));
  std::string status(reason);
  if (status.empty()) status = action == "delayed" ? "4.0.0" : "5.0.0";
  if (digit != 0) status.front() = static_cast<char>('0' + digit);
  if (action == "delayed") status.front() = '4';
  return status;
}

bool has_null_return_path(const Fields& header) {
  return trim(first_value(header, "return-path")) == "<>";
}

}  // namespace

SplitText split_text(std::string_view text) {
  static constexpr std::array<std::string_view, 6> kTrace = {
      "received:",   "return-path:", "dkim-signature:", "domainkey-signature:",
      "x-received:", "delivered-to:"};
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t at = text.size() - rest.size();
    const std::string_view line = take_line(rest);
    const std::string low = lower(line.substr(0, 100));
    for (const std::string_view name : kTrace) {
      if (low.starts_with(name)) return {text.substr(0, at), text.substr(at)};
    }
    if (line.size() < 100 && says(flat_text(line), Passage::divider, Meaning::returned)) {
      return {text.substr(0, at), strip_front(rest, "\n-=* ")};
    }
  }
  return {text, {}};
}

bool is_prose_report(const ProseSource& source) {
  if (!first_value(source.header, "x-failed-recipients").empty()) return true;
  const std::string from = flat_text(first_value(source.header, "from"));
  const std::string subject = flat_text(source.subject);
  const std::string_view text = source.text.substr(0, kMaxProse);
  const bool by_sender = says(from, Passage::from, Meaning::report);
  const bool by_subject = says(subject, Passage::subject, Meaning::report);
  if (by_sender && by_subject) return true;
  const std::string body = flat_text(text);
  const bool told = says(body, Passage::body, Meaning::report);
  const bool reasoned = find_reply(text) || !reason_in(body).empty();
  if (by_sender || by_subject) return told || reasoned;
  // Automatic replies have the null return path too.
  return has_null_return_path(source.header) && told && reasoned;
}

bool names_recipients(const ProseSource& source) {
  return !first_value(source.header, "x-failed-recipients").empty() ||
         !find_mentions(source.text.substr(0, kMaxProse)).empty();
}

std::vector<RecipientFacts> read_prose(const ProseSource& source) {
  const std::string_view text = source.text.substr(0, kMaxProse);
  const std::string subject = flat_text(source.subject);
  const bool late = says(subject, Passage::subject, Meaning::delayed) ||
                    says(flat_text(text), Passage::body, Meaning::delayed);
  const std::vector<Recipient> recipients = find_recipients(source, text);
  std::vector<RecipientFacts> out;
  for (const Recipient& recipient : recipients) {
    RecipientFacts facts;
    facts.final_recipient = bare_address(recipient.address);
    facts.action = late ? "delayed" : "failed";
    FoundReply reply = find_reply(recipient.text);
    std::string_view said = recipient.text;
    // A text about one recipient is about it throughout.
    if (!reply && recipients.size() == 1 && (said.empty() || find_reply(text))) {
      reply = find_reply(text);
      said = text;
    }
    facts.diagnostic_code = diagnostic_of(said, reply);
    facts.status = status_of(said, text, reply, facts.action);
    facts.kind = class_of(facts);
    out.push_back(std::move(facts));
  }
  return out;
}

}  // namespace waybill::relay::returnpath::report

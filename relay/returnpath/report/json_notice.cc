#include "relay/returnpath/report/json_notice.h"

#include <algorithm>
#include <string>
#include <vector>

#include "relay/returnpath/report/clean_text.h"
#include "relay/returnpath/report/status_code.h"

namespace waybill::relay::returnpath::report {
namespace {

// A notification with its copy of a header is some kilobytes.
constexpr std::size_t kMaxNotice = 65536;

// A string that is a value: with the key above it, or none where an object ends.
struct Token {
  std::string key;
  std::string value;
};

std::string joined(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t fold = text.find("!\n ");
    out += text.substr(0, fold);
    text.remove_prefix(fold == std::string_view::npos ? text.size() : fold + 3);
  }
  return out;
}

// The string whose opening quote was taken; escapes lose their backslash.
std::string take_string(std::string_view& text) {
  std::string out;
  std::size_t at = 0;
  for (; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    out += text[at];
  }
  text.remove_prefix(at < text.size() ? at + 1 : at);
  return out;
}

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  std::string key;
  while (!text.empty()) {
    const char sign = text.front();
    text.remove_prefix(1);
    if (sign == '}') tokens.push_back({});
    if (sign != '"') continue;
    std::string found = take_string(text);
    if (trim(text.substr(0, 8)).starts_with(":")) {
      key = std::move(found);
    } else if (!key.empty()) {
      tokens.push_back({key, std::move(found)});
    }
  }
  return tokens;
}

struct Notice {
  std::string kind;         // "Bounce", "Complaint", "Delivery"
  std::string bounce_type;  // "Permanent", "Transient", "Undetermined"
  std::string response;     // what the next hop said to a delivery
  std::vector<RecipientFacts> told;
  std::vector<std::string> delivered_to;
};

Notice notice_of(std::string_view text) {
  Notice notice;
  RecipientFacts current;
  for (const Token& token : tokens_of(text)) {
    if (token.key == "notificationType" || token.key == "eventType") notice.kind = token.value;
    if (token.key == "bounceType") notice.bounce_type = token.value;
    if (token.key == "smtpResponse") notice.response = clean_line(token.value, kMaxFact);
    if (token.key == "recipients") notice.delivered_to.push_back(bare_address(token.value));
    if (token.key == "emailAddress") current.final_recipient = bare_address(token.value);
    if (token.key == "status") current.status = read_status(token.value);
    if (token.key == "action") current.action = clean_line(lower(token.value), kMaxFact);
    if (token.key == "diagnosticCode") current.diagnostic_code = typed_diagnostic(token.value);
    if (token.key.empty()) {
      if (!current.final_recipient.empty()) notice.told.push_back(std::move(current));
      current = {};
    }
  }
  return notice;
}

void add(ReportFacts& facts, RecipientFacts recipient) {
  if (facts.recipients.size() < kMaxRecipients) facts.recipients.push_back(std::move(recipient));
}

}  // namespace

bool read_json_notice(std::string_view text, ReportFacts& facts) {
  text = trim(text.substr(0, kMaxNotice));
  if (!text.starts_with("{")) return false;
  Notice notice = notice_of(joined(text));
  if (notice.kind == "Delivery") {
    for (std::string& address : notice.delivered_to) {
      RecipientFacts recipient;
      recipient.final_recipient = std::move(address);
      recipient.action = "delivered";
      recipient.diagnostic_code = typed_diagnostic("smtp; " + notice.response);
      // "250 2.6.0 Message received"
      const std::size_t space = std::min(notice.response.find(' '), notice.response.size());
      const std::string said = read_status(std::string_view(notice.response).substr(space));
      recipient.status = said.starts_with('2') ? said : "2.0.0";
      recipient.kind = class_of(recipient);
      add(facts, std::move(recipient));
    }
  } else if (notice.kind == "Bounce") {
    for (RecipientFacts& recipient : notice.told) {
      if (recipient.action.empty()) recipient.action = "failed";
      if (recipient.status.empty())
        recipient.status = find_reply(recipient.diagnostic_code).enhanced;
      if (recipient.status.empty()) {
        recipient.status = notice.bounce_type == "Transient" ? "4.0.0" : "5.0.0";
      }
      recipient.kind = class_of(recipient);
      add(facts, std::move(recipient));
    }
  } else if (notice.kind == "Complaint") {
    for (RecipientFacts& recipient : notice.told) {
      recipient.kind = ReportClass::complaint;
      add(facts, std::move(recipient));
    }
  }
  return !facts.recipients.empty();
}

}  // namespace waybill::relay::returnpath::report

#include "relay/policy/rules.h"

#include <cstddef>
#include <iterator>

#include "runtime/check.h"

namespace waybill::relay::policy {

using schemas::Reply;

namespace {

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(kRules); ++i) {
    if (static_cast<std::size_t>(kRules[i].rule) != i) return false;
  }
  return static_cast<std::size_t>(Rule::report_held) + 1 == std::size(kRules);
}
static_assert(in_order(), "every rule has its row, in the order of the enumeration");

// "550 5.1.1"
Reply code_of(const RuleRow& row) {
  runtime::check(row.reply.find(',') == std::string_view::npos, "the rule has one reply");
  const std::size_t space = row.reply.find(' ');
  Reply out;
  out.code = std::stoi(std::string(row.reply.substr(0, space)));
  out.enhanced = row.reply.substr(space + 1);
  return out;
}

}  // namespace

const RuleRow& row_of(Rule rule) { return kRules[static_cast<std::size_t>(rule)]; }

std::string_view word_of(Stage stage) {
  switch (stage) {
    case Stage::connection: return "connection";
    case Stage::mail: return "MAIL";
    case Stage::rcpt: return "RCPT";
    case Stage::body: return "body";
    case Stage::either: return "RCPT, body";
  }
  return {};
}

Reply reply_of(Rule rule) {
  const RuleRow& row = row_of(rule);
  runtime::check(!row.text.empty(), "the rule has a text of its own");
  Reply out = code_of(row);
  out.text = row.text;
  return out;
}

Reply reply_of(Rule rule, std::string text) {
  const RuleRow& row = row_of(rule);
  runtime::check(row.text.empty(), "the rule's text says what was found");
  Reply out = code_of(row);
  out.text = std::move(text);
  return out;
}

Refusal refusal_by(Rule rule) { return {std::string(word_of(rule)), reply_of(rule)}; }

Refusal refusal_by(Rule rule, Reply reply) {
  return {std::string(word_of(rule)), std::move(reply)};
}

}  // namespace waybill::relay::policy

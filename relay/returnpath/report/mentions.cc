#include "relay/returnpath/report/mentions.h"

#include <algorithm>
#include <array>

#include "relay/returnpath/report/address_scan.h"
#include "relay/returnpath/report/clean_text.h"
#include "relay/returnpath/report/folded_text.h"
#include "relay/returnpath/report/prose_rules.h"
#include "relay/returnpath/report/status_code.h"

namespace waybill::relay::returnpath::report {
namespace {

// U+FF1A, U+3001, U+FF0C: colon and commas of Chinese and Japanese.
constexpr std::array<std::string_view, 3> kWideSigns = {"\xef\xbc\x9a", "\xe3\x80\x81",
                                                        "\xef\xbc\x8c"};

std::string_view strip_back(std::string_view text, std::string_view signs) {
  return text.substr(0, text.find_last_not_of(signs) + 1);
}

// What follows an address that heads its line: nothing, a reason set apart by a sign, or words that
// give a reason.
bool reads_as_reason(std::string_view behind) {
  // "a@b.example<mailto:a@b.example>", as some make text of HTML.
  if (behind.starts_with("<mailto:")) {
    behind.remove_prefix(std::min(behind.find('>'), behind.size()));
  }
  behind = strip_front(behind, ">\"')]*");
  const std::string_view text = trim(behind);
  if (text.empty() || text.starts_with("[") || text.starts_with("...") || text.starts_with("(")) {
    return true;
  }
  if (std::string_view(":,;-=|").find(text.front()) != std::string_view::npos) return true;
  if (text.starts_with("on ")) return true;
  for (const std::string_view sign : kWideSigns) {
    if (text.starts_with(sign)) return true;
  }
  const Heard heard = hear_text(text, Passage::body);
  return find_reply(text) || !heard.status.empty() || heard.says(Meaning::report);
}

bool is_refusal_head(std::string_view before) {
  before = trim(strip_back(before, "<\"' "));
  return !before.empty() && std::all_of(before.begin(), before.end(), [](char c) {
    return is_digit(c) || c == '.' || c == ' ' || c == '-';
  }) && find_reply(before).code != 0;
}

Sureness sureness_of(std::string_view before, std::string_view behind) {
  const std::string_view head = strip_front(before, " \t<\"'*->|[(\x60");
  if (head.empty()) return reads_as_reason(behind) ? Sureness::heads_line : Sureness::none;
  if (is_refusal_head(before)) return Sureness::heads_refusal;
  const std::string flat = folded(before);
  const std::string_view lead = strip_back(flat, " \t:<\"'=([>-\x60");
  return ends_with_rule(lead, Passage::lead, Meaning::recipient) ? Sureness::after_lead
                                                                 : Sureness::none;
}

// Lines of a report that speak of somebody else, or of the message.
bool speaks_of_others(std::string_view before) {
  static constexpr std::array<std::string_view, 22> kLeads = {
      "from",      "sender",      "reply-to",   "return-path", "message-id", "message id",
      "contact",   "von",         "de",         "da",          "van",        "od",
      "от",        "отправитель", "差出人",     "发件人",      "寄件者",     "寄件人",
      "보낸 사람", "absender",    "expediteur", "id"};
  const std::string flat = folded(before);
  const std::string_view lead = strip_back(flat, " \t:<\"'=(");
  return std::any_of(kLeads.begin(), kLeads.end(), [&](std::string_view word) {
    if (!lead.ends_with(word)) return false;
    const std::size_t at = lead.size() - word.size();
    return at == 0 || !is_letter(word.front()) || !is_letter(lead[at - 1]);
  });
}

// Who answers for a mail system, and is seldom whom anybody writes to.
bool is_keeper(std::string_view address) {
  static constexpr std::array<std::string_view, 12> kNames = {
      "postmaster", "mailer-daemon", "abuse",   "noreply",   "no-reply",    "helpdesk",
      "hostmaster", "mailmaster",    "support", "webmaster", "mail-daemon", "admin"};
  const std::string local = lower(address.substr(0, address.rfind('@')));
  return std::find(kNames.begin(), kNames.end(), local) != kNames.end();
}

bool is_known(const std::vector<std::string>& others, std::string_view address) {
  return std::any_of(others.begin(), others.end(),
                     [&](const std::string& other) { return same_address(other, address); });
}

// The one address, if it is one: of those that no keeper of a mail system has, or else of all.
std::vector<Mention> only_one(const std::vector<Mention>& candidates) {
  for (const bool keepers : {false, true}) {
    std::vector<Mention> left;
    bool one = true;
    for (const Mention& mention : candidates) {
      if (is_keeper(mention.address) != keepers) continue;
      one = one && (left.empty() || same_address(left[0].address, mention.address));
      if (left.empty()) left.push_back(mention);
    }
    if (!left.empty()) return one ? left : std::vector<Mention>();
  }
  return {};
}

void add_addresses(std::vector<std::string>& out, std::string_view field) {
  for (const FoundAddress& found : find_addresses(field)) out.push_back(found.text);
}

std::vector<Mention> mentions_but(std::string_view text, const std::vector<std::string>& others) {
  std::vector<Mention> mentions;
  std::vector<Mention> candidates;
  std::vector<std::string> spoken_of;  // as others
  std::string_view rest = text;
  while (!rest.empty() && mentions.size() < kMaxAddresses) {
    const std::size_t begin = text.size() - rest.size();
    const std::string_view line = take_line(rest);
    bool taken = false;
    for (const FoundAddress& found : find_addresses(line)) {
      if (is_known(others, found.text)) continue;
      const std::string_view before = line.substr(0, found.begin);
      Mention mention{found.text, Sureness::only_one, begin, begin + found.end};
      const bool other = speaks_of_others(before);
      if (other && spoken_of.size() < kMaxAddresses) spoken_of.push_back(found.text);
      if (!other && candidates.size() < kMaxAddresses) candidates.push_back(mention);
      mention.sureness = sureness_of(before, line.substr(found.end));
      if (taken || mention.sureness == Sureness::none) continue;
      mentions.push_back(std::move(mention));
      taken = true;
    }
  }
  Sureness best = Sureness::none;
  for (const Mention& mention : mentions) best = std::min(best, mention.sureness);
  std::erase_if(mentions, [best](const Mention& mention) { return mention.sureness != best; });
  if (!mentions.empty()) return mentions;
  std::erase_if(candidates, [&](const Mention& one) { return is_known(spoken_of, one.address); });
  return only_one(candidates);
}

// docs/return_path.md: "b." and 47 letters.
bool is_return_path(std::string_view address) {
  constexpr std::size_t kLocal = 49;
  return address.find('@') == kLocal && lower(address.substr(0, 2)) == "b.";
}

}  // namespace

std::vector<std::string> known_others(const Fields& header, const Fields& returned_header) {
  std::vector<std::string> others;
  for (const std::string_view name : {"from", "sender", "reply-to", "to", "delivered-to",
                                      "x-original-to", "envelope-to", "message-id"}) {
    add_addresses(others, first_value(header, name));
  }
  for (const std::string_view name :
       {"from", "sender", "reply-to", "return-path", "message-id", "errors-to"}) {
    add_addresses(others, first_value(returned_header, name));
  }
  return others;
}

std::vector<Mention> find_mentions(std::string_view text, const std::vector<std::string>& others) {
  std::vector<Mention> mentions = mentions_but(text, others);
  if (!mentions.empty() || others.empty()) return mentions;
  // Somebody wrote to an address of the same name, or to themselves: the form alone tells.
  mentions = mentions_but(text, {});
  std::erase_if(mentions, [](const Mention& mention) {
    return mention.sureness == Sureness::only_one || is_return_path(mention.address);
  });
  return mentions;
}

}  // namespace waybill::relay::returnpath::report

#include "relay/returnpath/report/status_code.h"

#include "relay/returnpath/report/clean_text.h"

namespace waybill::relay::returnpath::report {
namespace {

bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

// Octets of an enhanced code at the front of `text`; 0 if there is none.
std::size_t enhanced_length(std::string_view text) {
  if (text.empty() || (text[0] != '2' && text[0] != '4' && text[0] != '5')) return 0;
  std::size_t at = 1;
  for (int part = 0; part < 2; ++part) {
    if (at >= text.size() || text[at] != '.') return 0;
    const std::size_t begin = ++at;
    while (at < text.size() && at - begin < 3 && is_digit(text[at])) ++at;
    if (at == begin) return 0;
  }
  // Not the front of an IP address, nor of a version.
  const bool more = at < text.size() && (is_word(text[at]) || text[at] == '.') &&
                    !(text[at] == '.' && (at + 1 == text.size() || !is_digit(text[at + 1])));
  return more ? 0 : at;
}

// RFC 5321 4.2.1: the second digit is 0 to 5. 2yz and 3yz refuse nothing.
bool is_reply_code(std::string_view text) {
  return text.size() >= 3 && (text[0] == '4' || text[0] == '5') && text[1] >= '0' &&
         text[1] <= '5' && is_digit(text[2]) && (text.size() == 3 || !is_word(text[3]));
}

bool begins_token(std::string_view text, std::size_t at) {
  if (at == 0) return true;
  const char before = text[at - 1];
  return !is_word(before) && before != '.' && before != '-' && before != '@' && before != '=' &&
         before != '/' && before != '+';
}

// What may stand between a reply code and its enhanced code: "550 ", "550-", "550: ", "550-'".
std::size_t enhanced_behind(std::string_view text, std::size_t at) {
  std::size_t skipped = 0;
  while (skipped < 4 && at < text.size() &&
         std::string_view(" \t-:#'").find(text[at]) != std::string_view::npos) {
    ++at;
    ++skipped;
  }
  return enhanced_length(text.substr(at)) > 0 ? at : std::string_view::npos;
}

// A number alone must stand where replies stand, not in "500 recipients".
bool reads_as_reply(std::string_view text, std::size_t at) {
  const char behind = at + 3 < text.size() ? text[at + 3] : '\n';
  if (behind != ' ' && behind != '-' && behind != '\n' && behind != ':' && behind != ',') {
    return false;
  }
  std::string_view before = text.substr(0, at);
  const std::size_t sign = before.find_last_not_of(" \t");
  if (sign == std::string_view::npos || before[sign] == '\n') return true;
  if (std::string_view(":;<>(]'\"").find(before[sign]) != std::string_view::npos) return true;
  before = before.substr(0, sign + 1);
  const std::string word = lower(before.substr(before.size() > 8 ? before.size() - 8 : 0));
  for (const std::string_view lead : {"said", "smtp", "error", "code", "returned", "status"}) {
    if (word.ends_with(lead)) return true;
  }
  return false;
}

}  // namespace

std::string read_status(std::string_view field) {
  const std::string_view text = trim(field);
  return std::string(text.substr(0, enhanced_length(text)));
}

FoundReply find_reply(std::string_view text) {
  FoundReply enhanced_alone;
  FoundReply code_alone;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_digit(text[at]) || !begins_token(text, at)) continue;
    const std::string_view rest = text.substr(at);
    if (const std::size_t length = enhanced_length(rest)) {
      // "5.1.1" says more than "5.0.0", which a later line may explain.
      const bool better = enhanced_alone.enhanced.ends_with(".0.0") && rest[0] != '2';
      if ((!enhanced_alone || better) && rest[0] != '2') {
        enhanced_alone = {0, std::string(rest.substr(0, length)), at};
      }
      at += length - 1;
    } else if (is_reply_code(rest)) {
      const int code = (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0');
      const std::size_t behind = enhanced_behind(text, at + 3);
      if (behind != std::string_view::npos && text[behind] == rest[0]) {
        const std::string_view tail = text.substr(behind);
        return {code, std::string(tail.substr(0, enhanced_length(tail))), at};
      }
      if (!code_alone && reads_as_reply(text, at)) code_alone = {code, "", at};
      at += 2;
    }
  }
  if (!enhanced_alone) return code_alone;
  if (code_alone && code_alone.code / 100 == enhanced_alone.enhanced[0] - '0') {
    enhanced_alone.code = code_alone.code;
    enhanced_alone.begin = std::min(enhanced_alone.begin, code_alone.begin);
  }
  return enhanced_alone;
}

}  // namespace waybill::relay::returnpath::report

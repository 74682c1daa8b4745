#include "relay/smtp/command.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "runtime/ascii.h"

namespace waybill::relay::smtp {
namespace {

constexpr std::array<std::pair<std::string_view, Verb>, 21> kVerbs{{
    {"EHLO", Verb::ehlo},         {"HELO", Verb::helo},           {"MAIL", Verb::mail},
    {"RCPT", Verb::rcpt},         {"DATA", Verb::data},           {"BDAT", Verb::bdat},
    {"RSET", Verb::rset},         {"NOOP", Verb::noop},           {"VRFY", Verb::vrfy},
    {"HELP", Verb::help},         {"QUIT", Verb::quit},           {"EXPN", Verb::not_offered},
    {"STARTTLS", Verb::starttls}, {"AUTH", Verb::not_offered},    {"LHLO", Verb::not_offered},
    {"ETRN", Verb::not_offered},  {"ATRN", Verb::not_offered},    {"BURL", Verb::not_offered},
    {"TURN", Verb::not_offered},  {"XCLIENT", Verb::not_offered}, {"XFORWARD", Verb::not_offered},
}};

// Methods and the header fields that stand first in what browsers send.
constexpr std::array<std::string_view, 12> kHttpWords{"GET",    "POST",    "PUT",         "HEAD",
                                                      "DELETE", "CONNECT", "TRACE",       "OPTIONS",
                                                      "PRI",    "HOST:",   "USER-AGENT:", "PATCH"};

Verb verb_of(std::string_view word) {
  for (const auto& [name, verb] : kVerbs) {
    if (runtime::ascii::equal(word, name)) return verb;
  }
  const bool http =
      std::any_of(kHttpWords.begin(), kHttpWords.end(),
                  [word](std::string_view name) { return runtime::ascii::equal(word, name); });
  return http ? Verb::http : Verb::unknown;
}

std::string_view without_spaces_around(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

}  // namespace

Command parse_command(std::string_view line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  return {verb_of(line.substr(0, end)), without_spaces_around(line.substr(end))};
}

std::optional<ChunkArgument> parse_chunk_argument(std::string_view argument) {
  const std::size_t end = std::min(argument.find(' '), argument.size());
  const auto size = parse_count(argument.substr(0, end));
  if (!size) return std::nullopt;
  const std::string_view word = without_spaces_around(argument.substr(end));
  const bool last = runtime::ascii::equal(word, "LAST");
  if (!last && !word.empty()) return std::nullopt;
  return ChunkArgument{*size, last};
}

std::optional<std::uint64_t> parse_count(std::string_view digits) {
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  if (digits.empty()) return std::nullopt;
  std::uint64_t count = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    count = count > (kLargest - digit) / 10 ? kLargest : count * 10 + digit;
  }
  return count;
}

}  // namespace waybill::relay::smtp

#include "tools/trace/refusal.h"

#include <algorithm>

#include "schemas/json_members.h"
#include "schemas/utf8.h"

namespace waybill::tools {
namespace {

namespace json = boost::json;
using schemas::text_member;

// Characters as printable() shows them: an octet that is no UTF-8 is one.
std::size_t columns(std::string_view text) {
  std::size_t out = 0;
  for (; !text.empty(); ++out) {
    text.remove_prefix(std::max<std::size_t>(schemas::utf8_character(text), 1));
  }
  return out;
}

std::size_t octets_of(const json::object& problem, std::string_view name) {
  const json::value* const value = problem.if_contains(name);
  return value != nullptr && value->is_int64() && value->as_int64() > 0
             ? static_cast<std::size_t>(value->as_int64())
             : 0;
}

// The line of the text that the place begins in, and marks below the place.
std::string marked(std::string_view query, std::size_t at, std::size_t length) {
  at = std::min(at, query.size());
  const std::size_t before = at == 0 ? query.npos : query.rfind('\n', at - 1);
  const std::size_t begin = before == query.npos ? 0 : before + 1;
  const std::size_t end = std::min(query.find('\n', at), query.size());
  const std::string_view line = query.substr(begin, end - begin);
  const std::size_t shown = std::min(length, end - at);
  const std::size_t marks = std::max<std::size_t>(columns(query.substr(at, shown)), 1);
  return "  " + schemas::printable(line) + "\n  " +
         std::string(columns(line.substr(0, at - begin)), ' ') + "^" + std::string(marks - 1, '~') +
         "\n";
}

}  // namespace

std::string refusal_text(std::string_view command, std::string_view query,
                         const json::object& problem) {
  std::string out = "waybill: " + schemas::printable(text_member(problem, "detail")) + "\n";
  if (problem.contains("at")) {
    out += marked(query, octets_of(problem, "at"), octets_of(problem, "length"));
  }
  const std::string_view instead = text_member(problem, "try_instead");
  if (!instead.empty()) {
    out += "Try: waybill " + std::string(command) + " " + shell_word(schemas::printable(instead)) +
           "\n";
  }
  return out;
}

std::string shell_word(std::string_view text) {
  std::string out = "'";
  for (const char octet : text) {
    if (octet == '\'') {
      out += "'\\''";
    } else {
      out += octet;
    }
  }
  return out + "'";
}

}  // namespace waybill::tools

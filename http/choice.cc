#include "http/choice.h"

#include <optional>

#include "runtime/ascii.h"

namespace waybill::http {
namespace {

using runtime::ascii::trim;

constexpr std::string_view kBlanks = " \t";

// Without the element that it gives, and the comma behind it.
std::string_view take_element(std::string_view& list) {
  const std::size_t comma = list.find(',');
  const std::string_view element = trim(list.substr(0, comma), kBlanks);
  list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  return element;
}

// RFC 9110 12.4.2: "q=0", "q=0.", "q=0.000".
bool is_refused(std::string_view parameters) {
  const std::string_view weight = trim(parameters, kBlanks);
  if (!runtime::ascii::starts_with(weight, "q=0")) return false;
  const std::string_view rest = weight.substr(3);
  return rest.find_first_not_of(".0") == std::string_view::npos;
}

}  // namespace

bool has_already(std::string_view if_none_match, std::string_view etag) {
  if (trim(if_none_match, kBlanks) == "*") return true;
  // RFC 9110 8.8.3: a comma may stand in an entity tag; none of ours has one.
  while (!if_none_match.empty()) {
    std::string_view tag = take_element(if_none_match);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag) return true;
  }
  return false;
}

bool reads_gzip(std::string_view accept_encoding) {
  std::optional<bool> any;
  while (!accept_encoding.empty()) {
    const std::string_view element = take_element(accept_encoding);
    const std::size_t semicolon = element.find(';');
    const std::string_view coding = trim(element.substr(0, semicolon), kBlanks);
    const bool taken =
        semicolon == std::string_view::npos || !is_refused(element.substr(semicolon + 1));
    // RFC 9110 8.4.1.3: "x-gzip" is another name of it.
    if (runtime::ascii::equal(coding, "gzip") || runtime::ascii::equal(coding, "x-gzip")) {
      return taken;
    }
    if (coding == "*") any = taken;
  }
  return any.value_or(false);
}

}  // namespace waybill::http

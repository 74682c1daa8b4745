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

// RFC 9110 12.4.2, in thousandths: "q=0.5". What is none is as if it had not been said.
constexpr int kWhole = 1000;
int weight_of(std::string_view parameters) {
  std::string_view text = trim(parameters, kBlanks);
  if (!runtime::ascii::starts_with(text, "q=0")) return kWhole;
  text.remove_prefix(3);
  if (text.starts_with('.')) text.remove_prefix(1);
  int out = 0;
  int of_digit = kWhole / 10;
  for (const char c : text) {
    if (!runtime::ascii::is_digit(c)) return kWhole;
    out += of_digit * (c - '0');
    of_digit /= 10;
  }
  return out;
}

// nullopt: it is not there.
struct Weights {
  std::optional<int> identity, gzip, zstd, any;
};

// Of what is named twice, the first counts.
Weights weights_of(std::string_view accept_encoding) {
  Weights out;
  const auto set = [](std::optional<int>& weight, int value) {
    if (!weight) weight = value;
  };
  while (!accept_encoding.empty()) {
    const std::string_view element = take_element(accept_encoding);
    const std::size_t semicolon = element.find(';');
    const std::string_view coding = trim(element.substr(0, semicolon), kBlanks);
    const bool is_bare = semicolon == std::string_view::npos;
    const int weight = is_bare ? kWhole : weight_of(element.substr(semicolon + 1));
    // RFC 9110 8.4.1.3: "x-gzip" is another name of it.
    if (runtime::ascii::equal(coding, "gzip") || runtime::ascii::equal(coding, "x-gzip")) {
      set(out.gzip, weight);
    } else if (runtime::ascii::equal(coding, "zstd")) {
      set(out.zstd, weight);
    } else if (runtime::ascii::equal(coding, "identity")) {
      set(out.identity, weight);
    } else if (coding == "*") {
      set(out.any, weight);
    }
  }
  return out;
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

Coding coding_of(std::string_view accept_encoding) {
  const Weights weights = weights_of(accept_encoding);
  const int gzip = weights.gzip.value_or(weights.any.value_or(0));
  const int zstd = weights.zstd.value_or(0);
  // Below all that is named, where it is not.
  const int identity = weights.identity.value_or(0);
  if (zstd > 0 && zstd >= gzip && zstd >= identity) return Coding::zstd;
  if (gzip > 0 && gzip >= identity) return Coding::gzip;
  return Coding::identity;
}

bool reads_gzip(std::string_view accept_encoding) {
  const Weights weights = weights_of(accept_encoding);
  return weights.gzip.value_or(weights.any.value_or(0)) > 0;
}

}  // namespace waybill::http

#include "relay/trust/dmarc/record.h"

#include <algorithm>

#include "runtime/ascii.h"
#include "runtime/check.h"

namespace waybill::relay::trust::dmarc {
namespace {

constexpr std::string_view kVersion = "DMARC1";
constexpr std::string_view kBlank = " \t";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

struct Tag {
  std::string_view name;
  std::string_view value;
};

// Takes what stands before the next semicolon. No name if that is no tag.
Tag take_tag(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(';'), rest.size());
  const std::string_view text = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return {};
  return {trimmed(text.substr(0, equals)), trimmed(text.substr(equals + 1))};
}

std::optional<Policy> policy_of(std::string_view value) {
  if (runtime::ascii::equal(value, "NONE")) return Policy::none;
  if (runtime::ascii::equal(value, "QUARANTINE")) return Policy::quarantine;
  if (runtime::ascii::equal(value, "REJECT")) return Policy::reject;
  return std::nullopt;
}

bool is_scheme_octet(char c) {
  return runtime::ascii::is_alphanumeric(c) || c == '+' || c == '-' || c == '.';
}

// As far as it matters here: a scheme, a colon, and something printable behind (RFC 3986 3).
bool is_uri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  const std::string_view scheme = text.substr(0, colon);
  return runtime::ascii::is_letter(scheme.front()) &&
         std::all_of(scheme.begin(), scheme.end(), is_scheme_octet) &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

ReportAddress reports_of(std::string_view list) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (is_uri(trimmed(list.substr(0, end)))) return ReportAddress::given;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return ReportAddress::none;
}

std::optional<unsigned> percent_of(std::string_view value) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (value.empty() || value.size() > 3 || !std::all_of(value.begin(), value.end(), is_digit)) {
    return std::nullopt;
  }
  unsigned out = 0;
  for (const char c : value) out = out * 10 + static_cast<unsigned>(c - '0');
  if (out > 100) return std::nullopt;
  return out;
}

void read_policy(std::string_view value, std::optional<Policy>& out, Record& record) {
  out = policy_of(value);
  if (!out) record.policy_tags = PolicyTags::wrong;
}

void read_mode(std::string_view value, AlignmentMode& out) {
  if (runtime::ascii::equal(value, "S")) out = AlignmentMode::strict;
}

void read_suffix(std::string_view value, Record& out) {
  if (runtime::ascii::equal(value, "Y")) out.suffix = SuffixFlag::suffix;
  if (runtime::ascii::equal(value, "N")) out.suffix = SuffixFlag::organisation;
}

void read_test(std::string_view value, Record& out) {
  if (runtime::ascii::equal(value, "Y")) out.test = TestMode::on;
}

void read_percent(std::string_view value, Record& out) {
  out.percent = percent_of(value).value_or(out.percent);
}

struct TagReader {
  std::string_view name;
  void (*read)(std::string_view value, Record& out);
};

constexpr TagReader kTags[] = {
    {"P", [](std::string_view value, Record& out) { read_policy(value, out.policy, out); }},
    {"SP",
     [](std::string_view value, Record& out) { read_policy(value, out.subdomain_policy, out); }},
    {"NP",
     [](std::string_view value, Record& out) { read_policy(value, out.nonexistent_policy, out); }},
    {"ADKIM", [](std::string_view value, Record& out) { read_mode(value, out.dkim); }},
    {"ASPF", [](std::string_view value, Record& out) { read_mode(value, out.spf); }},
    {"RUA", [](std::string_view value, Record& out) { out.reports = reports_of(value); }},
    {"PSD", read_suffix},
    {"T", read_test},
    {"PCT", read_percent},
};
constexpr std::size_t kTagCount = std::size(kTags);

}  // namespace

std::string_view word(Policy policy) {
  switch (policy) {
    case Policy::none: return "none";
    case Policy::quarantine: return "quarantine";
    case Policy::reject: return "reject";
  }
  return "";
}

bool is_dmarc_record(std::string_view text) {
  // Nothing but the name stands before the sign, not even white space.
  if (text.empty() || runtime::ascii::upper(text.front()) != 'V') return false;
  const Tag version = take_tag(text);
  return runtime::ascii::equal(version.name, "V") && version.value == kVersion;
}

Record parse_record(std::string_view text) {
  runtime::check(is_dmarc_record(text), "only DMARC records are parsed as such");
  Record out;
  bool seen[kTagCount] = {};
  take_tag(text);
  while (!text.empty()) {
    const Tag tag = take_tag(text);
    for (std::size_t i = 0; i < kTagCount; ++i) {
      if (seen[i] || !runtime::ascii::equal(tag.name, kTags[i].name)) continue;
      seen[i] = true;
      kTags[i].read(tag.value, out);
    }
  }
  return out;
}

}  // namespace waybill::relay::trust::dmarc

#include "http/range.h"

#include <algorithm>
#include <charconv>

#include "runtime/ascii.h"

namespace waybill::http {
namespace {

// nullopt: it is no number, or one beyond 64 bits.
std::optional<std::uint64_t> number(std::string_view digits) {
  std::uint64_t out = 0;
  if (digits.empty() || !runtime::ascii::is_digit(digits.front())) return std::nullopt;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return std::nullopt;
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// RFC 9110 14.1.2: "0-499", "500-", "-500". nullopt: it is none of them.
std::optional<Wanted> part_of(std::string_view spec, std::uint64_t size) {
  const std::size_t dash = spec.find('-');
  if (dash == spec.npos) return std::nullopt;
  Wanted out;
  out.what = Wanted::What::part;
  if (dash == 0) {
    const auto last = number(spec.substr(1));
    if (!last) return std::nullopt;
    out.part.count = std::min(*last, size);
    out.part.first = size - out.part.count;
  } else {
    const auto first = number(spec.substr(0, dash));
    const auto last =
        dash + 1 == spec.size() ? std::optional(UINT64_MAX) : number(spec.substr(dash + 1));
    if (!first || !last || *last < *first) return std::nullopt;
    out.part.first = std::min(*first, size);
    out.part.count = std::min(*last, size == 0 ? 0 : size - 1) - out.part.first + 1;
    if (*first >= size) out.part.count = 0;
  }
  if (out.part.count == 0) out.what = Wanted::What::nothing;
  return out;
}

}  // namespace

Wanted wanted_of(std::string_view range, std::string_view if_range, std::string_view etag,
                 std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  // A date says less than an ETag does: a version is told by the latter alone.
  if (!if_range.empty() && if_range != etag) return {};
  if (range.size() < kUnit.size()) return {};
  if (!runtime::ascii::equal(range.substr(0, kUnit.size()), kUnit)) return {};
  return part_of(trimmed(range.substr(kUnit.size())), size).value_or(Wanted());
}

std::string content_range(const Part& part, std::uint64_t size) {
  return "bytes " + std::to_string(part.first) + "-" + std::to_string(part.first + part.count - 1) +
         "/" + std::to_string(size);
}

std::string content_range_of_nothing(std::uint64_t size) {
  return "bytes */" + std::to_string(size);
}

}  // namespace waybill::http

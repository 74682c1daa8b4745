#include "relay/door/answer_pattern.h"

#include <charconv>

namespace waybill::relay::door {

namespace {

std::optional<std::uint8_t> octet_of(std::string_view text) {
  std::uint8_t out = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, wrong] = std::from_chars(text.data(), end, out);
  if (wrong != std::errc() || stop != end) return std::nullopt;
  return out;
}

std::optional<AnswerPattern::Range> range_of(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto from = octet_of(text.substr(0, dash));
  const auto to = dash == text.npos ? from : octet_of(text.substr(dash + 1));
  if (!from || !to || *to < *from) return std::nullopt;
  return AnswerPattern::Range{*from, *to};
}

}  // namespace

std::optional<AnswerPattern> AnswerPattern::parse(std::string_view text) {
  AnswerPattern out;
  for (std::size_t i = 0; i < out.octets.size(); ++i) {
    const bool last = i + 1 == out.octets.size();
    const std::size_t dot = text.find('.');
    if ((dot == text.npos) != last) return std::nullopt;
    const auto range = range_of(text.substr(0, dot));
    if (!range) return std::nullopt;
    out.octets[i] = *range;
    text.remove_prefix(last ? text.size() : dot + 1);
  }
  return out;
}

bool AnswerPattern::holds(const runtime::IpAddress& answer) const {
  if (!answer.is_v4()) return false;
  const auto bytes = answer.to_v4().to_bytes();
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (bytes[i] < octets[i].from || bytes[i] > octets[i].to) return false;
  }
  return true;
}

std::string AnswerPattern::text() const {
  std::string out;
  for (const Range& range : octets) {
    if (!out.empty()) out += '.';
    out += std::to_string(range.from);
    if (range.to != range.from) out += "-" + std::to_string(range.to);
  }
  return out;
}

}  // namespace waybill::relay::door

#include "query/feed/share.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "query/feed/place.h"
#include "schemas/json_members.h"

namespace waybill::query::feed {

namespace json = boost::json;
using schemas::EventIndex;
using schemas::number_member;

namespace {

// False: what stands there is no number, or one with a zero in front.
template <class Number>
bool read_number(std::string_view& text, Number& out) {
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  const auto octets = static_cast<std::size_t>(stopped - text.data());
  if (error != std::errc() || (octets > 1 && text.front() == '0')) return false;
  text.remove_prefix(octets);
  return true;
}

void append_facts(std::string& out, const Share& share) {
  out += out.empty() ? "{\"partition\":" : ",{\"partition\":";
  out += std::to_string(share.partition);
  out.append(",\"end\":").append(std::to_string(share.end.value()));
  if (share.lag) out.append(",\"lag\":").append(std::to_string(*share.lag));
}

// nullptr: it is no such answer.
const json::array* list_of_shares(const json::value& answer) {
  return answer.is_object() ? schemas::array_member(answer.as_object(), "partitions") : nullptr;
}

// Partition, end and lag.
std::optional<Share> read_facts(const json::value& value) {
  if (!value.is_object()) return std::nullopt;
  const json::object& object = value.as_object();
  const auto partition = number_member(object, "partition");
  const auto end = number_member(object, "end");
  if (!partition || *partition >= kMostPartitions || !end) return std::nullopt;
  Share out;
  out.partition = static_cast<std::uint32_t>(*partition);
  out.end = EventIndex(*end);
  out.lag = number_member(object, "lag");
  return out;
}

std::optional<ShareLine> read_line(const json::value& value) {
  if (!value.is_object()) return std::nullopt;
  const json::object& object = value.as_object();
  const auto next = number_member(object, "next");
  const json::object* const event = schemas::object_member(object, "event");
  const json::object* const gap = schemas::object_member(object, "gap");
  if (!next || (event == nullptr) == (gap == nullptr)) return std::nullopt;
  ShareLine out;
  out.is_event = event != nullptr;
  out.kind = out.is_event ? schemas::text_member(*event, "kind") : "gap";
  out.json = json::serialize(out.is_event ? *event : *gap);
  out.next = EventIndex(*next);
  return out;
}

// Each line stands behind the one before it, and none beyond the place to go on from.
bool read_lines(const json::object& object, EventIndex from, Share& out) {
  const auto next = number_member(object, "next");
  const json::array* const lines = schemas::array_member(object, "lines");
  if (!next || lines == nullptr) return false;
  EventIndex at = from;
  for (const json::value& value : *lines) {
    auto line = read_line(value);
    if (!line || line->next <= at) return false;
    at = line->next;
    out.lines.push_back(std::move(*line));
  }
  out.next = EventIndex(*next);
  return out.next >= at;
}

bool is_told(const std::vector<Share>& shares, std::uint32_t partition) {
  return std::any_of(shares.begin(), shares.end(),
                     [&](const Share& one) { return one.partition == partition; });
}

}  // namespace

std::string write_places(const std::vector<SharePlace>& places) {
  std::string out;
  for (const SharePlace& one : places) {
    if (!out.empty()) out += ',';
    out += std::to_string(one.partition) + '.' + std::to_string(one.index.value());
  }
  return out;
}

std::optional<std::vector<SharePlace>> read_places(std::string_view text) {
  std::vector<SharePlace> out;
  for (;;) {
    SharePlace one;
    std::uint64_t index = 0;
    if (!read_number(text, one.partition) || !text.starts_with('.')) return std::nullopt;
    text.remove_prefix(1);
    if (!read_number(text, index)) return std::nullopt;
    if (!out.empty() && one.partition <= out.back().partition) return std::nullopt;
    one.index = EventIndex(index);
    out.push_back(one);
    if (text.empty()) return out;
    if (!text.starts_with(',') || out.size() == kMostPartitions) return std::nullopt;
    text.remove_prefix(1);
  }
}

void append_end(std::string& out, const Share& share) {
  append_facts(out, share);
  out += '}';
}

void append_share(std::string& out, const Share& share) {
  append_facts(out, share);
  out.append(",\"next\":").append(std::to_string(share.next.value())).append(",\"lines\":[");
  const char* comma = "";
  for (const ShareLine& line : share.lines) {
    out.append(comma).append("{\"next\":").append(std::to_string(line.next.value()));
    out.append(line.is_event ? ",\"event\":" : ",\"gap\":").append(line.json).append("}");
    comma = ",";
  }
  out += "]}";
}

std::string write_shares(std::string_view appended) {
  return std::string("{\"partitions\":[").append(appended).append("]}");
}

std::optional<std::vector<Share>> read_shares(std::string_view text,
                                              const std::vector<SharePlace>& asked) {
  boost::system::error_code wrong;
  const json::value answer = json::parse(text, wrong);
  const json::array* const list = wrong ? nullptr : list_of_shares(answer);
  if (list == nullptr) return std::nullopt;
  std::vector<Share> out;
  for (const json::value& value : *list) {
    auto share = read_facts(value);
    if (!share || is_told(out, share->partition)) return std::nullopt;
    const auto found = std::find_if(asked.begin(), asked.end(), [&](const SharePlace& one) {
      return one.partition == share->partition;
    });
    if (found == asked.end()) return std::nullopt;
    if (!read_lines(value.as_object(), found->index, *share)) return std::nullopt;
    out.push_back(std::move(*share));
  }
  return out;
}

std::optional<std::vector<Share>> read_ends(std::string_view text,
                                            const std::vector<std::uint32_t>& asked) {
  boost::system::error_code wrong;
  const json::value answer = json::parse(text, wrong);
  const json::array* const list = wrong ? nullptr : list_of_shares(answer);
  if (list == nullptr) return std::nullopt;
  std::vector<Share> out;
  for (const json::value& value : *list) {
    auto share = read_facts(value);
    if (!share || is_told(out, share->partition)) return std::nullopt;
    if (std::find(asked.begin(), asked.end(), share->partition) == asked.end()) return std::nullopt;
    out.push_back(std::move(*share));
  }
  return out;
}

}  // namespace waybill::query::feed

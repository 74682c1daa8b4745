#include "tools/trace/table.h"

#include <boost/json/serialize.hpp>
#include <string_view>
#include <utility>

#include "schemas/json_members.h"
#include "schemas/kind.h"
#include "schemas/utf8.h"

namespace waybill::tools {
namespace {

namespace json = boost::json;
using schemas::Kind;
using schemas::text_member;

// "2026-03-01T12:20:00.123": milliseconds are enough for people.
constexpr std::size_t kTimeColumns = 23;
// "2026-03-01T12:00"
constexpr std::size_t kHourColumns = 16;
constexpr std::size_t kKindColumns = 9;
constexpr std::size_t kStepColumns = 13;
constexpr std::string_view kPlain = "\033[0m";

// At most `columns` characters, the last an ellipsis where something was cut. `text` is printable.
std::string cut(std::string text, std::size_t columns) {
  std::size_t at = 0;
  std::size_t before_last = 0;
  for (std::size_t column = 0; at < text.size(); ++column) {
    if (column == columns) {
      text.resize(before_last);
      return columns == 0 ? text : text + "\u2026";
    }
    before_last = at;
    at += schemas::utf8_character(std::string_view(text).substr(at));
  }
  return text;
}

std::string_view colour_of(std::string_view kind) {
  constexpr std::string_view kGreen = "\033[32m";
  constexpr std::string_view kRed = "\033[31m";
  constexpr std::string_view kYellow = "\033[33m";
  constexpr std::string_view kCyan = "\033[36m";
  if (kind == "sent_home") return kGreen;
  const schemas::KindTraits* const known = schemas::find_kind(kind);
  if (known == nullptr) return kCyan;
  switch (known->kind) {
    case Kind::forwarded: return kGreen;
    case Kind::rejected:
    case Kind::bounced: return kRed;
    case Kind::deferred:
    case Kind::in_doubt: return kYellow;
    case Kind::accepted:
    case Kind::dropped:
    case Kind::control:
    case Kind::access: return kCyan;
  }
  return kCyan;
}

void append(std::string& out, std::string_view joint, std::string_view part) {
  if (part.empty()) return;
  if (!out.empty()) out += joint;
  out += part;
}

// What became of handing a report on is told in the words of GET /v1/deliveries/{id}.
std::string kind_shown(const json::object& entry) {
  std::string kind(text_member(entry, "kind"));
  if (!entry.contains("reported_delivery_id")) return kind;
  if (kind == "accepted") return "report";
  if (kind == "forwarded") return "sent_home";
  return kind;
}

std::string parties(const json::object& entry) {
  std::string out(text_member(entry, "sender"));
  if (out.empty() && entry.contains("sender")) out = "<>";
  append(out, " > ", text_member(entry, "alias"));
  append(out, " > ", text_member(entry, "target"));
  return out;
}

std::string reason(const json::object& entry) {
  std::string out;
  if (const json::object* const said = schemas::object_member(entry, "reply")) {
    const auto* const code = said->if_contains("code");
    if (code != nullptr && code->is_int64()) out = std::to_string(code->as_int64());
    append(out, " ", text_member(*said, "enhanced"));
    append(out, " ", text_member(*said, "text"));
  }
  for (const char* const key : {"bounce_class", "status", "diagnostic"}) {
    append(out, " ", text_member(entry, key));
  }
  std::string verdict(text_member(entry, "by"));
  append(verdict, ": ", text_member(entry, "rule"));
  if (!verdict.empty()) append(out, " ", "(" + verdict + ")");
  return out;
}

}  // namespace

std::string table_line(const json::object& entry, const app::Look& look) {
  std::string time = schemas::printable(text_member(entry, "time").substr(0, kTimeColumns));
  if (!time.ends_with('Z')) time += 'Z';
  const std::string kind = schemas::printable(kind_shown(entry));
  std::string rest = parties(entry);
  append(rest, "  ", reason(entry));
  rest = schemas::printable(rest);

  const std::size_t padding = kind.size() < kKindColumns ? kKindColumns - kind.size() : 0;
  const std::size_t used = time.size() + 2 + kind.size() + padding + 2;
  if (look.width > 0) rest = cut(std::move(rest), look.width > used ? look.width - used : 0);

  std::string out = time + "  ";
  if (look.colour) out += colour_of(kind);
  out += kind;
  if (look.colour) out += kPlain;
  return out + std::string(padding + 2, ' ') + rest;
}

std::string story_line(const json::object& step, const app::Look& look) {
  std::string time = schemas::printable(text_member(step, "time").substr(0, kTimeColumns));
  if (!time.ends_with('Z')) time += 'Z';
  const std::string word = schemas::printable(text_member(step, "step"));
  const std::size_t padding = word.size() < kStepColumns ? kStepColumns - word.size() : 0;
  std::string text = schemas::printable(text_member(step, "text"));
  const std::size_t used = time.size() + 4 + word.size() + padding;
  if (look.width > 0) text = cut(std::move(text), look.width > used ? look.width - used : 0);
  std::string out = time + "  ";
  if (look.colour) out += colour_of(word);
  out += word;
  if (look.colour) out += kPlain;
  return out + std::string(padding + 2, ' ') + text;
}

std::string hour_line(const json::object& hour) {
  std::string out = schemas::printable(text_member(hour, "hour").substr(0, kHourColumns)) + "Z ";
  for (const auto& [name, count] : hour) {
    if (!count.is_number() || count == 0) continue;
    out += " " + schemas::printable(std::string_view(name)) + " " + json::serialize(count);
  }
  return out;
}

std::string freshness_line(const json::object& as_of, std::size_t lines, More more) {
  std::string out = std::to_string(lines) + (lines == 1 ? " event" : " events");
  if (more == More::older) out += ", older ones with --limit or --all";
  const std::string time = schemas::printable(text_member(as_of, "time").substr(0, kTimeColumns));
  out += time.empty() ? "; the log is still empty" : "; the log is known up to " + time + " UTC";
  const auto* const lag = as_of.if_contains("lag");
  if (lag != nullptr && lag->is_int64() && lag->as_int64() > 0) {
    out += ", " + std::to_string(lag->as_int64()) + " newer events are not in this answer yet";
  }
  return out;
}

}  // namespace waybill::tools

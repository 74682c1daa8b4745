#include "relay/message/header_scan.h"

#include <algorithm>

#include "runtime/ascii.h"

namespace waybill::relay::message {
namespace {

using runtime::ascii::lower;

bool is_name(std::string_view field, std::string_view name) {
  if (field.size() <= name.size()) return false;
  if (!std::equal(name.begin(), name.end(), field.begin(),
                  [](char a, char b) { return a == lower(b); })) {
    return false;
  }
  // Obsolete syntax allows white space before the colon (RFC 5322 4.5.8).
  const std::size_t colon = field.find_first_not_of(" \t", name.size());
  return colon != std::string_view::npos && field[colon] == ':';
}

// The value of a field, unfolded (RFC 5322 2.2.3) and trimmed, control octets as spaces.
std::string value_of(std::string_view field) {
  std::string out;
  for (const char c : field.substr(field.find(':') + 1)) {
    if (out.size() == kMaxRecordedValue) break;
    if (c == '\r' || c == '\n') continue;
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if ((control || c == ' ') && out.empty()) continue;
    out += control ? ' ' : c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

void keep_first(std::string& slot, std::string_view field) {
  if (slot.empty()) slot = value_of(field);
}

}  // namespace

HeaderFacts scan_header(std::string_view head) {
  HeaderFacts facts;
  std::size_t at = 0;
  while (at < head.size()) {
    if (head.substr(at, 2) == "\r\n") {
      facts.complete = true;
      break;
    }
    // A field reaches to the first line that does not begin with white space.
    std::size_t end = at;
    do {
      const std::size_t newline = head.find('\n', end);
      end = newline == std::string_view::npos ? head.size() : newline + 1;
    } while (end < head.size() && (head[end] == ' ' || head[end] == '\t'));
    const std::string_view field = head.substr(at, end - at);
    switch (lower(field.front())) {
      case 'r':
        if (is_name(field, "received")) ++facts.received;
        break;
      case 'm':
        if (is_name(field, "message-id")) keep_first(facts.message_id, field);
        break;
      case 's':
        if (is_name(field, "subject")) keep_first(facts.subject, field);
        break;
      case 'f':
        if (is_name(field, "from")) keep_first(facts.from, field);
        break;
      default: break;
    }
    at = end;
  }
  return facts;
}

}  // namespace waybill::relay::message

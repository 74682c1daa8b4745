#include "schemas/trace.h"

#include "runtime/check.h"
#include "runtime/hex.h"
#include "schemas/ids.h"

namespace waybill::schemas {

namespace {

constexpr std::size_t kIdBegins = 3;     // behind "00-"
constexpr std::size_t kSpanBegins = 36;  // behind the id and a hyphen
constexpr std::size_t kSpanOctets = 8;
constexpr std::size_t kTraceOctets = kSpanBegins + 2 * kSpanOctets + 3;

bool is_hex(std::string_view digits, std::string_view octets) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const auto octet = static_cast<unsigned char>(octets[i]);
    if (digits[2 * i] != kDigits[octet >> 4] || digits[2 * i + 1] != kDigits[octet & 15]) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool is_trace_of(std::string_view trace, std::string_view message_id, std::string_view event_id) {
  return trace.size() == kTraceOctets && message_id.size() == MessageId::kOctets &&
         event_id.size() == EventId::kOctets && trace.starts_with("00-") &&
         is_hex(trace.substr(kIdBegins), message_id) && trace[kSpanBegins - 1] == '-' &&
         is_hex(trace.substr(kSpanBegins), event_id.substr(kSpanOctets)) && trace.ends_with("-01");
}

std::string trace_of(std::string_view message_id, std::string_view event_id) {
  runtime::check(event_id.size() == EventId::kOctets, "an event id is 16 octets");
  if (message_id.size() != MessageId::kOctets) return {};
  std::string trace = "00-";
  trace.append(runtime::hex(message_id)).append(1, '-');
  trace.append(runtime::hex(event_id.substr(8))).append("-01");
  return trace;
}

}  // namespace waybill::schemas

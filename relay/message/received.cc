#include "relay/message/received.h"

#include <array>
#include <cstdio>

namespace waybill::relay::message {
namespace {

// A HELO name is whatever a stranger wrote. What is no part of a domain or address literal becomes
// '?', so that it can neither end the field nor open a comment.
std::string clean_helo(std::string_view helo) {
  // RFC 5321 4.5.3.1.2.
  constexpr std::size_t kMaxName = 255;
  std::string out;
  for (const char c : helo.substr(0, kMaxName)) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
    out += fine ? c : '?';
  }
  return out.empty() ? "unknown" : out;
}

// RFC 5321 4.1.3.
std::string address_literal(const runtime::IpAddress& ip) {
  return (ip.is_v6() ? "[IPv6:" : "[") + runtime::ip_text(ip) + "]";
}

}  // namespace

std::string rfc5322_date(runtime::WallTime time) {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(second - day);
  std::array<char, 64> out;
  const int size = std::snprintf(
      out.data(), out.size(), "%s, %u %s %d %02d:%02d:%02d +0000",
      kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
      kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return {out.data(), static_cast<std::size_t>(size)};
}

std::string received_field(const Trace& trace) {
  std::string out = "Received: from ";
  out.append(clean_helo(trace.helo)).append(" (");
  out.append(address_literal(trace.client.address)).append(")\r\n\tby ");
  out.append(trace.host_name).append(" (Waybill) with ").append(trace.protocol);
  out.append(" id ").append(trace.id);
  if (!trace.cipher.empty()) out.append("\r\n\ttls ").append(trace.cipher);
  out.append(";\r\n\t");
  out.append(rfc5322_date(trace.time)).append("\r\n");
  return out;
}

}  // namespace waybill::relay::message

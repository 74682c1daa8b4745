#include "stream/transport/syslog_message.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace waybill::stream {
namespace {

// RFC 5424 6.
constexpr std::size_t kMostHostName = 255;
constexpr std::size_t kMostAppName = 48;
constexpr std::size_t kMostProcess = 128;
constexpr std::size_t kMostMessageId = 32;

// PRINTUSASCII (RFC 5424 6), cut at `most`; what is empty is NILVALUE.
std::string printable(std::string_view text, std::size_t most) {
  std::string out(text.substr(0, most));
  for (char& c : out) {
    if (c < '!' || c > '~') c = '-';
  }
  return out.empty() ? "-" : out;
}

// RFC 5424 6.3.3.
void append_param_value(std::string_view text, std::string& out) {
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == ']') out += '\\';
    out += c;
  }
}

}  // namespace

SyslogMessages::SyslogMessages(const SyslogSettings& settings)
    : facility_(settings.facility),
      digits_(settings.digits == SyslogSettings::Digits::three ? 3 : 6),
      names_(" " + printable(settings.host_name, kMostHostName) + " " +
             printable(settings.app_name, kMostAppName) + " " +
             printable(settings.process, kMostProcess) + " "),
      element_(settings.enterprise_number
                   ? "[waybill@" + std::to_string(*settings.enterprise_number) + " id=\""
                   : "") {}

void SyslogMessages::append(const Record& record, std::string& out) {
  out += '<';
  out += std::to_string(facility_ * 8 + static_cast<unsigned>(record.severity));
  out += ">1 ";
  append_time(record.time, out);
  out += names_;
  out += printable(record.kind, kMostMessageId);
  out += ' ';
  if (element_.empty()) {
    out += '-';
  } else {
    out += element_;
    append_param_value(record.id, out);
    out += "\"]";
  }
  out += ' ';
  out += record.body;
}

// RFC 5424 6.2.3. Digits are cut and not rounded: a time never lies behind its event.
void SyslogMessages::append_time(runtime::WallTime time, std::string& out) {
  using std::chrono::floor;
  const auto second = floor<std::chrono::seconds>(time);
  if (second.time_since_epoch().count() != second_ || second_text_.empty()) {
    const auto day = floor<std::chrono::days>(second);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(second - day);
    std::array<char, 64> text;
    const int size = std::snprintf(
        text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()));
    second_text_.assign(text.data(), static_cast<std::size_t>(size));
    second_ = second.time_since_epoch().count();
  }
  out += second_text_;
  auto fraction =
      static_cast<unsigned>((time - second).count() / (digits_ == 3 ? 1'000'000 : 1'000));
  std::array<char, 6> figures;
  for (unsigned at = digits_; at > 0; fraction /= 10) {
    figures[--at] = static_cast<char>('0' + fraction % 10);
  }
  out.append(figures.data(), digits_);
  out += 'Z';
}

}  // namespace waybill::stream

// RFC 3339 times, written with nine digits of a second.
#include <chrono>
#include <limits>

#include "schemas/event.h"

namespace waybill::schemas {
namespace {

using runtime::Errc;
using runtime::Result;
using runtime::WallTime;

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::size_t kFractionDigits = 9;

// All years that nanoseconds in 64 bits reach have four digits.
char* put(char* at, unsigned value, std::size_t width) {
  for (char* digit = at + width; digit != at; value /= 10) {
    *--digit = static_cast<char>('0' + value % 10);
  }
  return at + width;
}

// Takes the parts of a time from the front of a text; after a fault it stays faulty.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool well() const { return well_; }
  bool at_end() const { return rest_.empty(); }

  int number(std::size_t width, int low, int high) {
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) value = value * 10 + digit();
    if (value < low || value > high) well_ = false;
    return value;
  }

  void expect(char wanted) {
    if (!skip(wanted)) well_ = false;
  }

  bool skip(char wanted) {
    if (rest_.empty() || upper(rest_.front()) != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::int64_t fraction() {
    if (!skip('.')) return 0;
    std::int64_t value = digit();
    std::size_t digits = 1;
    for (; next_is_digit() && digits < kFractionDigits; ++digits) value = value * 10 + digit();
    for (; digits < kFractionDigits; ++digits) value *= 10;
    // What is finer than we count.
    while (next_is_digit()) digit();
    return value;
  }

 private:
  static char upper(char c) { return c == 't' || c == 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
  bool next_is_digit() const {
    return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
  }
  int digit() {
    if (!next_is_digit()) {
      well_ = false;
      return 0;
    }
    const int value = rest_.front() - '0';
    rest_.remove_prefix(1);
    return value;
  }

  std::string_view rest_;
  bool well_ = true;
};

std::int64_t offset_seconds(Scanner& scan) {
  if (scan.skip('Z')) return 0;
  const bool west = scan.skip('-');
  if (!west) scan.expect('+');
  const int hours = scan.number(2, 0, 23);
  scan.expect(':');
  const int minutes = scan.number(2, 0, 59);
  return (hours * 60 + minutes) * (west ? -60 : 60);
}

}  // namespace

char* write_rfc3339(WallTime time, char* at) {
  // In whole seconds: midnight of the first day that 64 bits of nanoseconds reach is beyond them.
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const std::int64_t since_epoch = time.time_since_epoch().count();
  const std::int64_t fraction =
      (since_epoch % kNanosecondsPerSecond + kNanosecondsPerSecond) % kNanosecondsPerSecond;
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const auto of_day = static_cast<unsigned>((second - day).count());
  at = put(at, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  *at++ = '-';
  at = put(at, static_cast<unsigned>(date.month()), 2);
  *at++ = '-';
  at = put(at, static_cast<unsigned>(date.day()), 2);
  *at++ = 'T';
  at = put(at, of_day / 3600, 2);
  *at++ = ':';
  at = put(at, of_day / 60 % 60, 2);
  *at++ = ':';
  at = put(at, of_day % 60, 2);
  *at++ = '.';
  at = put(at, static_cast<unsigned>(fraction), kFractionDigits);
  *at++ = 'Z';
  return at;
}

std::string rfc3339(WallTime time) {
  std::string out(kRfc3339, '\0');
  write_rfc3339(time, out.data());
  return out;
}

Result<WallTime> parse_rfc3339(std::string_view text) {
  Scanner scan(text);
  const std::chrono::year year(scan.number(4, 0, 9999));
  scan.expect('-');
  const std::chrono::month month(static_cast<unsigned>(scan.number(2, 1, 12)));
  scan.expect('-');
  const std::chrono::day day(static_cast<unsigned>(scan.number(2, 1, 31)));
  scan.expect('T');
  const int hours = scan.number(2, 0, 23);
  scan.expect(':');
  const int minutes = scan.number(2, 0, 59);
  scan.expect(':');
  // A leap second (RFC 3339 5.7) is the first moment of the next minute.
  const int seconds = scan.number(2, 0, 60);
  const std::int64_t fraction = scan.fraction();
  const std::int64_t offset = offset_seconds(scan);
  const std::chrono::year_month_day date(year, month, day);
  if (!scan.well() || !scan.at_end() || !date.ok()) return make_error_code(Errc::invalid);

  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds - offset;
  // Four-digit years reach beyond the 64 bits of nanoseconds, which hold 1677 to 2262.
  const __int128 nanoseconds = static_cast<__int128>(total) * kNanosecondsPerSecond + fraction;
  const __int128 least = std::numeric_limits<std::int64_t>::min();
  const __int128 most = std::numeric_limits<std::int64_t>::max();
  const auto held = static_cast<std::int64_t>(std::clamp(nanoseconds, least, most));
  return WallTime(std::chrono::nanoseconds(held));
}

}  // namespace waybill::schemas

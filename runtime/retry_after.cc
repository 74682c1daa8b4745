#include "runtime/retry_after.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "runtime/ascii.h"

namespace waybill::runtime {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// The digits at the front; false: there are none, or more than a year has.
bool take_number(std::string_view& text, int& out) {
  constexpr std::size_t kMostDigits = 4;
  const char* const end = text.data() + std::min(text.size(), kMostDigits);
  const auto [stop, wrong] = std::from_chars(text.data(), end, out);
  if (wrong != std::errc() || out < 0) return false;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return true;
}

bool take(std::string_view& text, std::string_view front) {
  if (!text.starts_with(front)) return false;
  text.remove_prefix(front.size());
  return true;
}

bool take_month(std::string_view& text, unsigned& out) {
  const auto found = std::find(kMonths.begin(), kMonths.end(), text.substr(0, 3));
  if (found == kMonths.end()) return false;
  out = static_cast<unsigned>(found - kMonths.begin()) + 1;
  text.remove_prefix(3);
  return true;
}

struct Parts {
  int year = 0;
  unsigned month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

bool take_clock(std::string_view& text, Parts& out) {
  return take_number(text, out.hour) && take(text, ":") && take_number(text, out.minute) &&
         take(text, ":") && take_number(text, out.second);
}

std::optional<WallTime> point_of(const Parts& parts) {
  using namespace std::chrono;
  const auto day = static_cast<unsigned>(parts.day);
  const year_month_day date{year{parts.year}, month{parts.month}, std::chrono::day{day}};
  // A leap second is told as the 60th.
  if (!date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > 60) return std::nullopt;
  // What 64 bits of nanoseconds hold.
  if (parts.year < 1970 || parts.year > 2200) return std::nullopt;
  return sys_days(date) + hours(parts.hour) + minutes(parts.minute) + seconds(parts.second);
}

// Two digits: a year that seems more than 50 years ahead is of the century before.
int whole_year(int two_digits, WallTime now) {
  const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
  const int current = static_cast<int>(today.year());
  const int year = current / 100 * 100 + two_digits;
  return year > current + 50 ? year - 100 : year;
}

}  // namespace

std::optional<WallTime> http_date(std::string_view text, WallTime now) {
  Parts parts;
  const std::size_t comma = text.find(',');
  if (comma == text.npos) {
    // "Sun Nov  6 08:49:37 1994"
    text.remove_prefix(std::min<std::size_t>(4, text.size()));
    const bool front = take_month(text, parts.month) && take(text, " ");
    take(text, " ");
    const bool whole = front && take_number(text, parts.day) && take(text, " ") &&
                       take_clock(text, parts) && take(text, " ") && take_number(text, parts.year);
    return whole && text.empty() ? point_of(parts) : std::nullopt;
  }
  // "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"
  text.remove_prefix(comma + 1);
  if (!take(text, " ") || !take_number(text, parts.day) || text.empty()) return std::nullopt;
  const std::string_view between = text.front() == '-' ? "-" : " ";
  const bool whole = take(text, between) && take_month(text, parts.month) && take(text, between) &&
                     take_number(text, parts.year) && take(text, " ") && take_clock(text, parts) &&
                     text == " GMT";
  if (!whole) return std::nullopt;
  if (between == "-" && parts.year < 100) parts.year = whole_year(parts.year, now);
  return point_of(parts);
}

std::optional<Duration> retry_after(std::string_view value, WallTime now) {
  const bool number = !value.empty() && std::all_of(value.begin(), value.end(), ascii::is_digit);
  if (number) {
    constexpr auto kMost = std::chrono::duration_cast<std::chrono::seconds>(kMostRetryAfter);
    std::uint32_t seconds = 0;
    const auto [stop, wrong] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (wrong != std::errc()) return kMostRetryAfter;
    return std::min<Duration>(std::chrono::seconds(seconds), kMost);
  }
  const auto date = http_date(value, now);
  if (!date) return std::nullopt;
  // An early one is not subtracted: that may be more than 64 bits hold.
  if (*date <= now) return Duration::zero();
  return std::min<Duration>(*date - now, kMostRetryAfter);
}

}  // namespace waybill::runtime

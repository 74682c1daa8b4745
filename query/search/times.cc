#include "query/search/times.h"

#include <algorithm>
#include <charconv>

#include "runtime/ascii.h"
#include "schemas/event.h"

namespace waybill::query::search {
namespace {

namespace ascii = runtime::ascii;
using runtime::WallTime;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::chrono::days kDay{1};
// Of the log: ids are of no time before (schemas/ids.h), and 64 bits of nanoseconds end in 2262.
constexpr WallTime kFirst = std::chrono::sys_days(std::chrono::year(1970) / 1 / 1);
constexpr WallTime kLast = std::chrono::sys_days(std::chrono::year(2261) / 1 / 1);
// No zone is further from UTC; RFC 3339 writes no more.
constexpr minutes kMostOffset{24 * 60 - 1};

minutes offset_of(const Context& context) {
  const bool is_one = context.utc_offset >= -kMostOffset && context.utc_offset <= kMostOffset;
  return is_one ? context.utc_offset : minutes{0};
}

// "+01:00", "Z"
std::string offset_text(minutes offset) {
  if (offset.count() == 0) return "Z";
  const auto away = offset.count() < 0 ? -offset.count() : offset.count();
  const auto two = [](auto number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return (offset.count() < 0 ? "-" : "+") + two(away / 60) + ':' + two(away % 60);
}

// "2026-03-01T14:30", finer where it is.
std::string local_text(WallTime at, minutes offset) {
  constexpr std::size_t kToMinutes = 16;  // "2026-03-01T14:30"
  constexpr std::size_t kToSeconds = 19;
  std::string out = schemas::rfc3339(at + offset);
  out.pop_back();  // "Z"
  const std::string_view rest = std::string_view(out).substr(kToMinutes);
  if (rest == ":00.000000000") return out.substr(0, kToMinutes);
  if (rest.ends_with(".000000000")) return out.substr(0, kToSeconds);
  return out.substr(0, out.find_last_not_of('0') + 1);
}

// How a moment was said.
enum class Grain { moment, day };

struct Moment {
  WallTime at;
  Grain grain = Grain::moment;
};

// Where the zone begins in what stands behind the date; its size: there is none.
std::size_t zone_at(std::string_view time) {
  const std::size_t found = time.find_first_of("zZ+-");
  return found == std::string_view::npos ? time.size() : found;
}

std::optional<WallTime> in_reach(WallTime at) {
  if (at < kFirst || at > kLast) return std::nullopt;
  return at;
}

FromTimeTerm beginning(WallTime at, std::optional<seconds> ago = {}) {
  return {std::max(at, kFirst), ago};
}
ToTimeTerm end(WallTime at, std::optional<seconds> ago = {}) {
  return {std::clamp(at, kFirst, kLast), ago};
}

// "14:30", "14:30:05.5", with a zone or not, on that date.
std::optional<WallTime> on_date(std::string_view date, std::string_view time, minutes offset) {
  const std::size_t zone = zone_at(time);
  std::string clock(time.substr(0, zone));
  if (clock.size() == 4 || (clock.size() > 4 && clock[1] == ':')) clock.insert(0, 1, '0');
  if (clock.size() == 5) clock += ":00";
  const bool has_zone = zone < time.size();
  const std::string text =
      std::string(date) + 'T' + clock + (has_zone ? std::string(time.substr(zone)) : "Z");
  const auto parsed = schemas::parse_rfc3339(text);
  if (!parsed) return std::nullopt;
  const auto reached = in_reach(*parsed);
  if (!reached) return std::nullopt;
  return has_zone ? reached : in_reach(*reached - offset);
}

// The day of now in the reader's zone, so many days ago.
std::string date_of(const Context& context, int days_ago) {
  return schemas::rfc3339(context.now + offset_of(context) - days_ago * kDay).substr(0, 10);
}

std::optional<Moment> moment_of(std::string_view text, const Context& context) {
  const minutes offset = offset_of(context);
  const auto day = [&](const std::string& date) -> std::optional<Moment> {
    const auto at = on_date(date, "00:00", offset);
    if (!at) return std::nullopt;
    return Moment{*at, Grain::day};
  };
  if (ascii::equal(text, "today")) return day(date_of(context, 0));
  if (ascii::equal(text, "yesterday")) return day(date_of(context, 1));
  if (is_time_of_day(text)) {
    auto at = on_date(date_of(context, 0), text, offset);
    if (at && *at > context.now) at = on_date(date_of(context, 1), text, offset);
    if (!at) return std::nullopt;
    return Moment{*at};
  }
  std::string date(text.substr(0, 10));
  for (char& c : date) {
    if (c == '/') c = '-';
  }
  if (!is_date(date)) return std::nullopt;
  if (text.size() == 10) return day(date);
  if (std::string_view("tT_ ").find(text[10]) == std::string_view::npos) return std::nullopt;
  const auto at = on_date(date, text.substr(11), offset);
  if (!at) return std::nullopt;
  return Moment{*at};
}

Fault bad_time(const FieldTraits& field, const Piece& value, std::optional<Repair> repair = {}) {
  return {Wrong::bad_time, std::string(field.key) + ": takes " + std::string(field.takes) + ".",
          value.at, std::move(repair)};
}

struct Age {
  std::uint64_t number = 0;
  std::string unit;  // in lower case
};

std::optional<Age> age_of(std::string_view text) {
  Age out;
  const auto [stop, wrong] = std::from_chars(text.data(), text.data() + text.size(), out.number);
  if (wrong != std::errc()) return std::nullopt;
  out.unit = ascii::lower(text.substr(static_cast<std::size_t>(stop - text.data())));
  if (out.unit.empty() || !ascii::is_letter(out.unit.front())) return std::nullopt;
  return out;
}

// nullopt: no unit, or a distance of nothing or of more than kMaxAge.
std::optional<seconds> span_of(const Age& age) {
  std::uint64_t unit = 0;
  if (age.unit == "s") unit = 1;
  if (age.unit == "min") unit = 60;
  if (age.unit == "h") unit = 3600;
  if (age.unit == "d") unit = 86400;
  if (age.unit == "w") unit = 7 * 86400;
  if (age.unit == "y") unit = 365 * 86400;
  const auto most = static_cast<std::uint64_t>(seconds(kMaxAge).count());
  if (unit == 0 || age.number == 0 || age.number > most / unit) return std::nullopt;
  return seconds(age.number * unit);
}

bool looks_back(Field field) {
  return field == Field::since || field == Field::newer_than || field == Field::older_than;
}

// Months to some, minutes to others.
Fault either_m(const FieldTraits& field, const Piece& value, const Age& age) {
  const bool gmail = field.field != Field::since;
  const std::string meant =
      gmail ? std::to_string(age.number * 30) + 'd' : std::to_string(age.number) + "min";
  return {Wrong::bad_time, "\"m\" may be minutes or months: write min, or days as d.", value.at,
          Repair{value.at, meant}};
}

TimeEnds ends_of(Field field, const Moment& moment) {
  const WallTime at = moment.at;
  if (field == Field::before) return {std::nullopt, end(at)};
  if (field != Field::around) return {beginning(at), std::nullopt};
  if (moment.grain == Grain::day) return {beginning(at), end(at + kDay)};
  return {beginning(at - kAround), end(at + kAround)};
}

}  // namespace

Read<TimeEnds> read_time(const FieldTraits& field, const Piece& value, const Context& context) {
  if (const auto moment = moment_of(value.text, context)) {
    if (field.field != Field::newer_than && field.field != Field::older_than) {
      return ends_of(field.field, *moment);
    }
    return bad_time(field, value);
  }
  const auto age = age_of(value.text);
  if (!age) return bad_time(field, value);
  if (age->unit == "m" || age->unit == "mo") return either_m(field, value, *age);
  const auto span = span_of(*age);
  if (!span || !looks_back(field.field)) return bad_time(field, value);
  const WallTime at = context.now - *span;
  if (field.field == Field::older_than) return TimeEnds{std::nullopt, end(at, *span)};
  return TimeEnds{beginning(at, *span), std::nullopt};
}

std::string written_time(WallTime at, const Context& context) {
  const minutes offset = offset_of(context);
  return local_text(at, offset) + offset_text(offset);
}

std::string spoken_time(WallTime at, const Context& context) {
  const minutes offset = offset_of(context);
  std::string out = local_text(at, offset);
  out.replace(out.find('T'), 1, " ");
  const std::string zone = offset_text(offset);
  return out + " (UTC" + (zone == "Z" ? "" : zone) + ')';
}

std::string written_age(seconds age) {
  const auto count = age.count();
  constexpr std::int64_t kHour = 3600;
  constexpr std::int64_t kHoursOfDay = 24 * kHour;
  if (count % kHoursOfDay == 0 && count > kHoursOfDay) {
    return std::to_string(count / kHoursOfDay) + 'd';
  }
  if (count % kHour == 0) return std::to_string(count / kHour) + 'h';
  if (count % 60 == 0) return std::to_string(count / 60) + "min";
  return std::to_string(count) + 's';
}

}  // namespace waybill::query::search

#include "query/span.h"

#include <algorithm>
#include <string>

#include "runtime/clock.h"

namespace waybill::query {
namespace {

using std::chrono::hours;

// The hour that runs and the 23 before it.
constexpr hours kDefaultSpan{24};
// A leap year of hours is what one answer may hold: about 2 MB.
constexpr hours kMaxSpan{24 * 366};

// East of Greenwich, as far as any clock on Earth goes.
constexpr int kMostOffset = 14 * 60;

}  // namespace

HoursSpan read_hours(const Sources& sources, http::Parameters& parameters) {
  HoursSpan span;
  const auto from = parameters.time("from");
  const auto to = parameters.time("to");
  const auto this_hour = std::chrono::floor<hours>(sources.clock->wall());
  span.to = to.value_or(this_hour + hours(1));
  const runtime::WallTime day_before = std::chrono::floor<hours>(span.to) - kDefaultSpan;
  span.from = from.value_or(std::max(day_before, runtime::WallTime{}));
  const bool empty = span.from >= span.to;
  // Hours are all that is counted: the answer names those that it has summed.
  span.from = std::chrono::floor<hours>(span.from);
  // No hour begins behind the last one that a time can say.
  if (span.to <= runtime::WallTime::max() - hours(1)) {
    span.to = std::chrono::ceil<hours>(span.to);
  }
  if (empty) {
    parameters.conflict(from ? "from" : "to",
                        "\"to\" must be later than \"from\", between 1970 and 2262: from is in, to "
                        "is not.");
  } else if (span.to - span.from > kMaxSpan) {
    parameters.conflict("from", "The span may be " + std::to_string(kMaxSpan.count()) +
                                    " hours at most: ask for a shorter one.");
  }
  return span;
}

std::optional<std::chrono::minutes> read_utc_offset(http::Parameters& parameters) {
  const auto text = parameters.text("utc_offset");
  if (!text) return std::chrono::minutes(0);
  const bool west = text->starts_with('-');
  const std::string digits = text->substr(west ? 1 : 0);
  const bool fits = !digits.empty() && digits.size() <= 3 &&
                    digits.find_first_not_of("0123456789") == std::string::npos;
  const int minutes = fits ? std::stoi(digits) : kMostOffset + 1;
  if (minutes <= kMostOffset) return std::chrono::minutes(west ? -minutes : minutes);
  parameters.refuse("utc_offset", "\"utc_offset\" is minutes east of Greenwich, from -840 to 840.");
  return std::nullopt;
}

}  // namespace waybill::query

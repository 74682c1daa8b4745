// GET /v1/domains/{domain}/counters: what happened to a domain's mail, hour by hour.

#include <algorithm>
#include <chrono>

#include "http/parameters.h"
#include "query/gather.h"
#include "query/handlers.h"
#include "query/merge.h"
#include "query/render.h"
#include "runtime/clock.h"

namespace waybill::query {
namespace {

using std::chrono::hours;

// The hour that runs and the 23 before it.
constexpr hours kDefaultSpan{24};
// A leap year of hours is what one answer may hold: about 2 MB.
constexpr hours kMaxSpan{24 * 366};

CountersQuestion read_span(const Sources& sources, http::Parameters& parameters) {
  CountersQuestion question;
  const auto from = parameters.time("from");
  const auto to = parameters.time("to");
  const auto this_hour = std::chrono::floor<hours>(sources.clock->wall());
  question.to = to.value_or(this_hour + hours(1));
  const runtime::WallTime day_before = std::chrono::floor<hours>(question.to) - kDefaultSpan;
  question.from = from.value_or(std::max(day_before, runtime::WallTime{}));
  const bool empty = question.from >= question.to;
  // Hours are all that is counted: the answer names those that it has summed.
  question.from = std::chrono::floor<hours>(question.from);
  // No hour begins behind the last one that a time can say.
  if (question.to <= runtime::WallTime::max() - hours(1)) {
    question.to = std::chrono::ceil<hours>(question.to);
  }
  if (empty) {
    parameters.conflict(from ? "from" : "to",
                        "\"to\" must be later than \"from\", between 1970 and 2262: from is in, to "
                        "is not.");
  } else if (question.to - question.from > kMaxSpan) {
    parameters.conflict("from", "The span may be " + std::to_string(kMaxSpan.count()) +
                                    " hours at most: ask for a shorter one.");
  }
  return question;
}

http::Response read_counters(const Sources& sources, const CountersQuestion& question,
                             const http::Request& request) {
  std::vector<CountersPart> parts;
  const auto ask = [&](const LocalPartition& local) -> runtime::Result<CountersPart> {
    const auto counted = local.history->counters(question.domain, question.from, question.to);
    if (!counted) return counted.error();
    return counters_part(*counted);
  };
  const Inquiry inquiry = inquiry_into(parts, ask, read_counters_part);
  Gathered gathered = gather(sources, request, inquiry);
  // A peer of an older release may answer 404 instead of an empty part.
  if (gathered.problem || parts.empty()) {
    return http::to_response(
        nothing_found("Nobody who was asked has such counters.", std::move(gathered)));
  }
  http::Response response;
  response.body = render_counters(question, merge_counters(std::move(parts)), gathered.as_of);
  return response;
}

}  // namespace

http::Plan plan_counters(const Sources& sources, const http::Request& request) {
  http::Parameters parameters(request);
  auto question = read_span(sources, parameters);
  auto domain = schemas::normalise_domain(request.captured[0]);
  if (domain) {
    question.domain = std::move(*domain);
  } else {
    parameters.name_nothing("domain", "This is no domain name: write it as example.org.");
  }
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  return plan_read(sources, request, std::nullopt, [&sources, question, request] {
    return read_counters(sources, question, request);
  });
}

}  // namespace waybill::query

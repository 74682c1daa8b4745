// GET /v1/domains/{domain}/counters: what happened to a domain's mail, hour by hour.

#include "http/parameters.h"
#include "query/gather.h"
#include "query/handlers.h"
#include "query/merge.h"
#include "query/render.h"
#include "query/span.h"

namespace waybill::query {
namespace {

http::Response read_counters(const Sources& sources, const CountersQuestion& question,
                             const http::Request& request) {
  std::vector<CountersPart> parts;
  const schemas::Sight sight = request.sight();
  const auto ask = [&](const LocalPartition& local) -> runtime::Result<CountersPart> {
    const auto counted =
        local.history->counters(question.domain, question.from, question.to, sight);
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
  const auto counters = merge_counters(std::move(parts));
  response.body = render_counters(question, counters, gathered.as_of);
  response.shown = shown_of(counters.size(), gathered.as_of, question.domain);
  return response;
}

}  // namespace

// Of an hour there is one row: they are small.
constexpr std::size_t kRowsAreFew = 10;

http::Plan plan_counters(const Sources& sources, const http::Request& request) {
  http::Parameters parameters(request);
  const HoursSpan span = read_hours(sources, parameters);
  CountersQuestion question;
  question.from = span.from;
  question.to = span.to;
  auto domain = schemas::normalise_domain(request.captured[0]);
  if (domain) {
    question.domain = std::move(*domain);
  } else {
    parameters.name_nothing("domain", "This is no domain name: write it as example.org.");
  }
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  return plan_quick_read(
      sources, request, std::nullopt, kRowsAreFew,
      [question, request](const Sources& from) { return read_counters(from, question, request); });
}

}  // namespace waybill::query

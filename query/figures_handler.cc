// GET /v1/figures: counts by domain, alias, next hop, rule or sender, the greatest first.

#include "http/parameters.h"
#include "query/figures.h"
#include "query/gather.h"
#include "query/handlers.h"
#include "query/partition_list.h"
#include "query/span.h"
#include "runtime/clock.h"
#include "schemas/address.h"

namespace waybill::query {
namespace {

using projector::FiguresBy;
using projector::FiguresStep;
using projector::FiguresSum;

template <class Value>
Value value_of(const std::vector<std::string>& words, const std::optional<std::string>& word,
               Value otherwise) {
  const auto found = word ? std::find(words.begin(), words.end(), *word) : words.end();
  return found == words.end() ? otherwise : static_cast<Value>(found - words.begin());
}

FiguresAsked read_asked(const Sources& sources, http::Parameters& parameters) {
  FiguresAsked out;
  const auto by = parameters.word("by", figures_by_words());
  if (!by) parameters.refuse("by", "\"by\" is needed: what is counted, such as next_hop.");
  out.of.by = value_of(figures_by_words(), by, FiguresBy::domain);
  const HoursSpan span = read_hours(sources, parameters);
  out.of.from = span.from;
  out.of.to = span.to;
  out.of.step = value_of(figures_step_words(), parameters.word("step", figures_step_words()),
                         FiguresStep::all);
  out.of.utc_offset = read_utc_offset(parameters).value_or(std::chrono::minutes(0));
  out.order =
      parameters.word("order", figures_order_words()).value_or(std::string(usual_order(out.of.by)));
  const auto limit = parameters.number("limit", 1, kMostFigures);
  if (const auto domain = parameters.text("domain")) {
    auto normal = schemas::normalise_domain(*domain);
    if (normal) {
      out.of.domain = std::move(*normal);
    } else {
      parameters.name_nothing("domain", "This is no domain name: write it as example.org.");
    }
  }
  const std::size_t most = std::max<std::size_t>(kMostFigureSteps / steps_of(out.of), 1);
  out.limit = limit.value_or(std::min(kDefaultFigures, most));
  if (out.limit > most) {
    parameters.conflict("limit",
                        "So many steps of so many rows are more than one answer has: ask "
                        "for " +
                            std::to_string(most) + " rows at most, or a shorter span.");
  }
  return out;
}

runtime::Result<FiguresSum> ask_partition(const LocalPartition& local, FiguresAsked asked,
                                          const schemas::Sight& sight) {
  // Before the rows. What is not known to be over is waited for.
  asked.of.known_until = local.freshness().complete_at.value_or(runtime::WallTime{});
  return local.history->figures(asked.of, sight);
}

http::Problem too_much() {
  http::Problem out =
      http::problem_of(409, kTooMuchToCount,
                       "This would read more than " + std::to_string(projector::kMaxFigureRows) +
                           " rows: ask for a shorter span, or for one \"domain\".");
  out.parameter = "from";
  return out;
}

http::Response read_figures(const Sources& sources, const FiguresAsked& asked,
                            const http::Request& request) {
  std::vector<FiguresSum> parts;
  const schemas::Sight sight = request.sight();
  bool too_many = false;
  const auto ask = [&](const LocalPartition& local) -> runtime::Result<FiguresSum> {
    auto part = ask_partition(local, asked, sight);
    too_many = too_many || (!part && part.error() == runtime::Errc::limit_exceeded);
    return part;
  };
  Inquiry inquiry = inquiry_into(parts, ask, read_figures_part);
  inquiry.refused = kTooMuchToCount;
  Gathered gathered = gather(sources, request, inquiry);
  if (too_many || gathered.refused) return http::to_response(too_much());
  if (gathered.problem || parts.empty()) {
    return http::to_response(
        nothing_found("Nobody who was asked has such figures.", std::move(gathered)));
  }
  FiguresSum sum;
  for (const FiguresSum& part : parts) sum.add(part);
  const bool for_peer = !request.field(kPartitionsField).empty();
  const FiguresShown shown =
      for_peer ? show_peer(asked, std::move(sum)) : show(asked, std::move(sum));
  http::Response response;
  response.body = render_figures(asked, shown, gathered.as_of);
  response.shown = shown_of(shown.rows.size(), gathered.as_of, asked.of.domain.value_or(""));
  return response;
}

}  // namespace

http::Plan plan_figures(const Sources& sources, const http::Request& request) {
  http::Parameters parameters(request);
  const FiguresAsked asked = read_asked(sources, parameters);
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  return plan_read(sources, request, std::nullopt,
                   [&sources, asked, request] { return read_figures(sources, asked, request); });
}

}  // namespace waybill::query

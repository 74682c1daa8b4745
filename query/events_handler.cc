// GET /v1/events: events by what they say, newest first: by kind, domain, next hop, rule, status,
// class of a report, words of a subject, beginnings of addresses, and by several of these at once.

#include "query/events_question.h"
#include "query/gather.h"
#include "query/handlers.h"
#include "query/merge.h"
#include "query/paging.h"
#include "query/render.h"

namespace waybill::query {
namespace {

runtime::Result<EventsPart> ask_partition(const LocalPartition& local, const EventsSearch& asked,
                                          const schemas::Sight& sight) {
  projector::EventsQuestion question = asked.question;
  if (const auto found = asked.after.find(local.partition); found != asked.after.end()) {
    question.before = found->second;
  }
  auto page = local.history->events(question, sight);
  if (!page) return page.error();
  return events_part(local.partition, std::move(*page));
}

http::Problem too_many_terms() {
  return http::problem_of(409, kTooManyTerms,
                          "These are more than " + std::to_string(projector::kMaxTermsAsked) +
                              " words: ask in several questions.");
}

http::Response read_events(const Sources& sources, const EventsSearch& asked,
                           const http::Request& request) {
  std::vector<EventsPart> parts;
  const schemas::Sight sight = request.sight();
  const std::string text = text_of(asked.question.wanted);
  bool too_many = false;
  const auto ask = [&](const LocalPartition& local) -> runtime::Result<EventsPart> {
    auto part = ask_partition(local, asked, sight);
    too_many = too_many || (!part && part.error() == runtime::Errc::limit_exceeded);
    return part;
  };
  Inquiry inquiry = inquiry_into(
      parts, ask, [&](PeerSaid said) { return read_events_part(std::move(said), text); });
  inquiry.refused = kTooManyTerms;
  Gathered gathered = gather(sources, request, inquiry);
  if (too_many || gathered.refused) return http::to_response(too_many_terms());
  if (gathered.problem || parts.empty()) {
    return http::to_response(
        nothing_found("Nobody who was asked has such events.", std::move(gathered)));
  }
  // A partition that was not asked goes on where it was.
  EventsPlace before = asked.after;
  for (const std::uint32_t missing : gathered.as_of.missing) {
    before.emplace(missing, schemas::EventIndex::last());
  }
  const EventsPart events = merge_events(std::move(parts), asked.question.limit, before);
  http::Response response;
  const auto next =
      goes_on(events.places) ? std::optional(write_cursor(events.places, text)) : std::nullopt;
  if (next) link_next(request, *next, response);
  response.body = render_events(events, next, gathered.as_of);
  response.shown = shown_of(events.lines.size(), gathered.as_of, asked.domain);
  if (!asked.subjects.empty()) response.shown.subject = asked.subjects.front();
  response.shown.more_subjects = asked.subjects;
  return response;
}

}  // namespace

http::Plan plan_events(const Sources& sources, const http::Request& request) {
  http::Parameters parameters(request);
  auto read = read_events_search(parameters);
  if (const auto* problem = std::get_if<http::Problem>(&read)) return http::to_response(*problem);
  // Of another log.
  std::erase_if(std::get<EventsSearch>(read).after,
                [&](const auto& place) { return place.first >= sources.partition_count; });
  return plan_read(sources, request, std::nullopt,
                   [&sources, asked = std::get<EventsSearch>(std::move(read)), request] {
                     return read_events(sources, asked, request);
                   });
}

}  // namespace waybill::query

// GET /v1/feed: the events of the log as they come, for as long as the client reads.

#include <algorithm>

#include "http/parameters.h"
#include "query/events_question.h"
#include "query/feed/reader.h"
#include "query/handlers.h"
#include "query/log_filter.h"
#include "query/paging.h"

namespace waybill::query {
namespace {

using http::Problem;

// Of a long poll that names none: an answer that fits in a client's memory.
constexpr std::size_t kPollEvents = 1'000;
constexpr std::size_t kMostEvents = 1'000'000;
constexpr std::size_t kMostWait = std::chrono::seconds(feed::kLongest).count();

std::optional<Problem> not_whole(const Sources& sources) {
  const bool along = std::all_of(sources.partitions.begin(), sources.partitions.end(),
                                 [](const LocalPartition& one) { return one.archive != nullptr; });
  if (!along) {
    return http::problem_of(501, "no_feed",
                            "Nothing is added to the history here: read it page by page.");
  }
  if (sources.partition_count > feed::kMostPartitions) {
    return http::problem_of(501, "no_feed",
                            "The feed is of logs of " + std::to_string(feed::kMostPartitions) +
                                " partitions at most: read the log itself.");
  }
  if (sources.partitions.size() == sources.partition_count) return std::nullopt;
  return http::problem_of(
      501, "partitions_elsewhere",
      "The feed is read where the views of all " + std::to_string(sources.partition_count) +
          " partitions are, and here are those of " + std::to_string(sources.partitions.size()) +
          ": ask a projector that owns all of them.");
}

// What is in the log and not yet in the views comes too: a lag does not say how many events it is.
feed::Place place_of_end(const Sources& sources) {
  feed::Place out;
  for (const LocalPartition& one : sources.partitions) out.push_back(one.archive_end->index());
  return out;
}

// nullopt: what was said is no place of this log, and `parameters` says so.
std::optional<feed::Place> read_place(const Sources& sources, const std::string& name,
                                      const std::string& text, http::Parameters& parameters) {
  if (text == "end") return place_of_end(sources);
  if (text == "start") return feed::Place(sources.partitions.size());
  const auto place = feed::from_cursor(text);
  if (place && place->size() == sources.partitions.size()) return *place;
  refuse_unknown_cursor(
      parameters, name, text,
      place ? "The cursor is one of a log of " + std::to_string(place->size()) +
                  " partitions, and this one has " + std::to_string(sources.partitions.size()) + "."
            : std::string("\"after\" is \"start\", \"end\" or a cursor, as every line "
                          "of the feed has one."));
  return std::nullopt;
}

// A cursor from another log, or from before this one lost its end, would wait for ever.
std::optional<Problem> ahead_of(const Sources& sources, const feed::Place& place) {
  for (const LocalPartition& one : sources.partitions) {
    // The lag first: what is folded meanwhile is then counted twice, and never left out.
    const auto lag = one.freshness().lag;
    if (!lag || place[one.partition] <= one.archive_end->index() + *lag) continue;
    return http::problem_of(410, "cursor_ahead",
                            "The cursor is ahead of all that is on record: it is of another log, "
                            "or of one that has lost its end. Begin again with after=start, or "
                            "with after=end.");
  }
  return std::nullopt;
}

feed::Form read_form(const http::Request& request, http::Parameters& parameters) {
  const auto word = parameters.word("format", {"ndjson", "sse"});
  if (word) return *word == "sse" ? feed::Form::sse : feed::Form::ndjson;
  const bool sse = request.field("Accept").find(feed::kSseType) != std::string::npos;
  return sse ? feed::Form::sse : feed::Form::ndjson;
}

std::vector<feed::Partition> partitions_of(const Sources& sources) {
  std::vector<feed::Partition> out;
  for (const LocalPartition& one : sources.partitions) {
    out.push_back({one.partition, one.archive, one.archive_end,
                   [freshness = one.freshness] { return freshness().lag; }});
  }
  return out;
}

}  // namespace

http::Plan plan_feed(const Sources& sources, const http::Request& request) {
  http::Parameters parameters(request);
  if (const auto problem = not_whole(sources)) return http::to_response(*problem);
  feed::Wish wish;
  wish.filter = read_log_filter(request, parameters);
  read_address_or_roles(sources, parameters, wish.filter);
  wish.filter.wanted = read_further_conditions(parameters);
  wish.form = read_form(request, parameters);
  wish.reader = request.asker;
  wish.limit = parameters.number("limit", 1, kMostEvents);
  if (const auto wait = parameters.number("wait", 0, kMostWait)) {
    wish.wait = std::chrono::seconds(*wait);
    if (!wish.limit) wish.limit = kPollEvents;
  }
  const auto after = parameters.text("after");
  // A client of SSE that comes again says where it was (WHATWG HTML 9.2.4).
  const std::string last(request.field("Last-Event-ID"));
  const std::string from = last.empty() ? after.value_or("end") : last;
  const auto place =
      read_place(sources, last.empty() ? "after" : "Last-Event-ID", from, parameters);
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  if (const auto problem = ahead_of(sources, *place)) return http::to_response(*problem);
  wish.from = *place;
  http::Stream out;
  out.content_type = wish.form == feed::Form::sse ? feed::kSseType : feed::kNdjsonType;
  // nginx hands it on as it comes.
  out.fields = {{"X-Accel-Buffering", "no"}};
  out.body =
      std::make_unique<feed::Reader>(partitions_of(sources), std::move(wish), *sources.clock);
  return out;
}

}  // namespace waybill::query

// GET /v1/feed: the events of the log as they come, for as long as the client reads. Those of
// partitions that are on other nodes are asked for there (feed_share_handler.cc), as they are here.

#include <algorithm>

#include "http/parameters.h"
#include "http/target.h"
#include "query/feed/reader.h"
#include "query/handlers.h"
#include "query/log_question.h"
#include "query/node_asker.h"
#include "query/paging.h"

namespace waybill::query {
namespace {

using http::Problem;

// Of a long poll that names none: an answer that fits in a client's memory.
constexpr std::size_t kPollEvents = 1'000;
constexpr std::size_t kMostEvents = 1'000'000;
constexpr std::size_t kMostWait = std::chrono::seconds(feed::kLongest).count();

// A node that has just begun to ask others knows within that how far their partitions are: as long
// as one question to them has by default. What is silent for longer is out of reach.
constexpr std::chrono::milliseconds kUntilSettled{2'000};

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
  if (sources.peers != nullptr && sources.peer_ends != nullptr) return std::nullopt;
  return http::problem_of(
      501, "partitions_elsewhere",
      "Here are the views of " + std::to_string(sources.partitions.size()) + " of " +
          std::to_string(sources.partition_count) +
          " partitions, and no other node is asked: ask where people ask, of a node that has "
          "cluster.secret_file, or a projector that owns all of them.");
}

// What is in the log and not yet in the views comes too: a lag does not say how many events it is.
feed::Place place_of_end(const std::vector<feed::Partition>& partitions,
                         const feed::PeerEnds* elsewhere) {
  feed::Place out;
  for (const feed::Partition& one : partitions) {
    if (one.archive != nullptr) {
      out.push_back(one.end->index());
      continue;
    }
    const feed::PeerEnds::State state = elsewhere->state(one.number);
    out.push_back(state.in_reach ? state.end : feed::kAtEnd);
  }
  return out;
}

// Where it begins; nullopt: at the end. What is no place of this log `parameters` says.
std::optional<feed::Place> read_place(const Sources& sources, const std::string& name,
                                      const std::string& text, http::Parameters& parameters) {
  if (text == "end") return std::nullopt;
  if (text == "start") return feed::Place(sources.partition_count);
  const auto place = feed::from_cursor(text);
  if (place && place->size() == sources.partition_count) return *place;
  refuse_unknown_cursor(
      parameters, name, text,
      place ? "The cursor is one of a log of " + std::to_string(place->size()) +
                  " partitions, and this one has " + std::to_string(sources.partition_count) + "."
            : std::string("\"after\" is \"start\", \"end\" or a cursor, as every line "
                          "of the feed has one."));
  return std::nullopt;
}

// A cursor from another log, or from before this one lost its end, would wait for ever. Of what is
// out of reach that cannot be said.
std::optional<Problem> ahead_of(const std::vector<feed::Partition>& partitions,
                                const feed::Place& place) {
  for (const feed::Partition& one : partitions) {
    // The lag first: what is folded meanwhile is then counted twice, and never left out.
    const auto lag = one.lag();
    const schemas::EventIndex at = place[one.number];
    if (!lag || at == feed::kAtEnd || at <= one.end->index() + *lag) continue;
    // Out of reach since, so that its end was none.
    if (!one.lag()) continue;
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
  std::vector<feed::Partition> out(sources.partition_count);
  for (std::uint32_t number = 0; number < sources.partition_count; ++number) {
    out[number].number = number;
  }
  for (const LocalPartition& one : sources.partitions) {
    out[one.partition] = {one.partition, one.archive, one.archive_end,
                          [freshness = one.freshness] { return freshness().lag; }};
  }
  for (feed::Partition& one : out) {
    if (one.archive != nullptr) continue;
    feed::PeerEnds* const ends = sources.peer_ends;
    one.end = &ends->end(one.number);
    one.lag = [ends, number = one.number] { return ends->state(number).lag; };
  }
  return out;
}

// What a reader asks of the owners of partitions, in the words in which it was asked itself.
struct OwnersAsked {
  Peers* peers;
  http::Request request;  // the filter alone is among its parameters

  std::vector<feed::Share> operator()(const feed::ShareQuestion& question) const {
    std::vector<feed::SharePlace> places;
    PeerQuestion out;
    for (const feed::ShareQuestion::Place& one : question.places) {
      places.push_back(one.at);
      out.partitions.push_back(one.at.partition);
      out.first.emplace(one.at.partition, one.first);
    }
    http::Request asked = request;
    asked.parameters.push_back({"from", feed::write_places(places)});
    asked.parameters.push_back({"octets", std::to_string(question.octets)});
    if (question.limit) asked.parameters.push_back({"limit", std::to_string(*question.limit)});
    out.target = http::write_target(asked);
    out.trace = request.trace;
    out.sight = write_sight(request.sight());
    std::vector<feed::Share> shares;
    std::vector<std::uint32_t> refused;
    peers->ask(out, [&](const PeerAnswer& answer) {
      if (answer.status != 200) {
        refused.insert(refused.end(), answer.partitions.begin(), answer.partitions.end());
      }
      return take(answer, places, shares);
    });
    for (const std::uint32_t partition : refused) {
      const bool is_told = std::any_of(shares.begin(), shares.end(), [&](const feed::Share& one) {
        return one.partition == partition;
      });
      if (is_told) continue;
      shares.emplace_back().partition = partition;
      shares.back().is_refused = true;
    }
    return shares;
  }

 private:
  static std::vector<std::uint32_t> take(const PeerAnswer& answer,
                                         const std::vector<feed::SharePlace>& places,
                                         std::vector<feed::Share>& shares) {
    std::vector<std::uint32_t> told;
    auto said = answer.status == 200 ? feed::read_shares(answer.body, places) : std::nullopt;
    if (!said) return told;
    for (feed::Share& share : *said) {
      // Of these it was asked; of the others another owner has spoken.
      const auto& asked = answer.partitions;
      if (std::find(asked.begin(), asked.end(), share.partition) == asked.end()) continue;
      told.push_back(share.partition);
      shares.push_back(std::move(share));
    }
    return told;
  }
};

feed::Elsewhere elsewhere_of(const Sources& sources, const http::Request& request) {
  if (sources.partitions.size() == sources.partition_count) return {};
  OwnersAsked ask{sources.peers, request};
  ask.request.segments = {"v1", "feed", "share"};
  ask.request.fields.clear();
  std::erase_if(ask.request.parameters, [](const http::Parameter& one) {
    return one.name == "after" || one.name == "limit" || one.name == "wait" || one.name == "format";
  });
  return {sources.peer_ends, std::move(ask)};
}

// A feed that is to begin.
struct Beginning {
  std::optional<feed::Place> after;  // nullopt: at the end
  feed::Wish wish;
  feed::Elsewhere elsewhere;
  http::Shown shown;
};

http::Answer begin(const Sources& sources, Beginning what) {
  auto partitions = partitions_of(sources);
  const feed::Place ends = place_of_end(partitions, what.elsewhere.ends);
  feed::Place& from = what.wish.from = what.after.value_or(ends);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    if (from[i] == feed::kAtEnd) from[i] = ends[i];
  }
  if (const auto problem = ahead_of(partitions, from)) return http::to_response(*problem);
  http::Stream out;
  out.content_type = what.wish.form == feed::Form::sse ? feed::kSseType : feed::kNdjsonType;
  // nginx hands it on as it comes.
  out.fields = {{"X-Accel-Buffering", "no"}};
  out.shown = std::move(what.shown);
  out.body = std::make_unique<feed::Reader>(std::move(partitions), std::move(what.wish),
                                            *sources.clock, std::move(what.elsewhere));
  return out;
}

// How far others are is known by then, or that they are out of reach.
http::Plan begin_once_settled(const Sources& sources, Beginning what) {
  http::DelayedRead out;
  out.at_most = kUntilSettled;
  out.ready = [ends = what.elsewhere.ends] {
    ends->want();
    return ends->settled();
  };
  out.read = [&sources, what = std::move(what)] { return begin(sources, what); };
  return out;
}

http::Shown shown_of(LogQuestion asked) {
  http::Shown out;
  out.domain = std::move(asked.domain);
  if (!asked.subjects.empty()) out.subject = asked.subjects.front();
  out.more_subjects = std::move(asked.subjects);
  return out;
}

}  // namespace

http::Plan plan_feed(const Sources& sources, const http::Request& request) {
  http::Parameters parameters(request);
  if (const auto problem = not_whole(sources)) return http::to_response(*problem);
  feed::Wish wish;
  LogQuestion asked = read_log_question(sources, request, parameters);
  wish.filter = asked.filter;
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
  auto place = read_place(sources, last.empty() ? "after" : "Last-Event-ID", from, parameters);
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  Beginning what{std::move(place), std::move(wish), elsewhere_of(sources, request),
                 shown_of(std::move(asked))};
  if (what.elsewhere.ends != nullptr) return begin_once_settled(sources, std::move(what));
  auto answer = begin(sources, std::move(what));
  if (auto* const response = std::get_if<http::Response>(&answer)) return std::move(*response);
  return std::get<http::Stream>(std::move(answer));
}

}  // namespace waybill::query

// What a node asks others that merges the feed (query/feed/share.h). For nodes alone, of the
// partitions that Waybill-Partitions names; each answers of those that it has.
//
// GET /v1/feed/ends?known=&wait=: how far their archives are, as soon as one is elsewhere than
// `known` has it, or after `wait` milliseconds. GET /v1/feed/share?from=&octets=&limit=&...: what
// stands there from these places on, with the parameters of /v1/feed that say which events are
// wanted; a bounded share of it, at once.

#include <algorithm>

#include "http/parameters.h"
#include "query/feed/local_reading.h"
#include "query/feed/place.h"
#include "query/feed/reader.h"
#include "query/feed/share.h"
#include "query/handlers.h"
#include "query/log_question.h"
#include "query/partition_list.h"
#include "runtime/clock.h"

namespace waybill::query {
namespace {

using feed::Share;
using feed::SharePlace;

// The longest that `wait` may be. Few seconds: a server that stops waits for its answers.
constexpr std::size_t kMostEndsWait = 5'000;
// How often one node that asks again and again is told of a busy partition: 20 times a second is
// as soon as anybody sees.
constexpr std::chrono::milliseconds kTellEvery{50};
// A question's worth of events.
constexpr std::size_t kMostShareEvents = 1'000'000;
// Events that one answer looks at where few are wanted: a worker's time is bounded.
constexpr std::size_t kMostLookedAtForNode = 5'000;

struct ShareOrder {
  feed::Filter filter{.sight = schemas::Sight::of({})};
  std::vector<SharePlace> from;  // of partitions that are here
  std::size_t octets = 0;        // of lines for each
  std::size_t events = 0;        // of each
};

http::Problem no_list() {
  return http::problem_of(400, "malformed_request", "Waybill-Partitions is a list such as 0,3,5.");
}

// Of the request's list those that are here. nullopt: it is none.
std::optional<std::vector<const LocalPartition*>> partitions_here(const Sources& sources,
                                                                  const http::Request& request) {
  const auto asked = parse_partitions(request.field(kPartitionsField));
  if (!asked) return std::nullopt;
  std::vector<const LocalPartition*> out;
  for (const LocalPartition& local : sources.partitions) {
    const bool is_asked = std::binary_search(asked->begin(), asked->end(), local.partition);
    if (is_asked && local.archive != nullptr) out.push_back(&local);
  }
  return out;
}

std::vector<SharePlace> read_place_list(const char* name, http::Parameters& parameters) {
  const auto text = parameters.text(name);
  if (!text) return {};
  auto places = feed::read_places(*text);
  if (places) return std::move(*places);
  parameters.refuse(name, "Places are a list such as 2.17,3.0: partition and index.");
  return {};
}

// The lag first: what is folded meanwhile is then counted twice, and never left out.
Share facts_of(const LocalPartition& local) {
  Share out;
  out.partition = local.partition;
  out.lag = local.freshness().lag;
  out.end = local.archive_end->index();
  return out;
}

http::Response told_ends(const std::vector<const LocalPartition*>& locals) {
  std::string shares;
  for (const LocalPartition* const local : locals) feed::append_end(shares, facts_of(*local));
  http::Response out;
  out.body = feed::write_shares(shares);
  return out;
}

bool has_news(const std::vector<const LocalPartition*>& locals,
              const std::vector<SharePlace>& known) {
  return std::any_of(locals.begin(), locals.end(), [&](const LocalPartition* local) {
    const SharePlace now{local->partition, local->archive_end->index()};
    return std::find(known.begin(), known.end(), now) == known.end();
  });
}

// nullopt: its archive cannot be read, and another owner's perhaps can.
std::optional<Share> read_share(const LocalPartition& local, const ShareOrder& order,
                                schemas::EventIndex from, std::size_t most_looked_at) {
  Share out = facts_of(local);
  out.next = from;
  feed::LocalReading reading(local.partition, local.archive);
  std::size_t looked_at = 0;
  std::size_t octets = 0;
  std::size_t events = 0;
  const auto is_full = [&] { return octets >= order.octets || events >= order.events; };
  const feed::Tell take = [&](const feed::Line& line) {
    out.lines.push_back(
        {std::string(line.kind), line.is_event(), std::string(line.json), line.next});
    octets += line.json.size();
    if (line.is_event()) ++events;
    return !is_full();
  };
  while (out.next < out.end && !is_full() && looked_at < most_looked_at) {
    const auto looked = reading.read(out.next, out.end, order.filter, take);
    if (!looked) return std::nullopt;
    looked_at += *looked;
  }
  return out;
}

http::Response read_all(const Sources& sources, const ShareOrder& order) {
  std::string shares;
  // Each place has its part, and goes on by one piece at least: one that has much to look at leaves
  // the others theirs.
  const std::size_t most =
      std::max<std::size_t>(kMostLookedAtForNode / std::max<std::size_t>(order.from.size(), 1), 1);
  for (const SharePlace& place : order.from) {
    for (const LocalPartition& local : sources.partitions) {
      if (local.partition != place.partition) continue;
      const auto share = read_share(local, order, place.index, most);
      if (share) feed::append_share(shares, *share);
    }
  }
  http::Response out;
  out.body = feed::write_shares(shares);
  return out;
}

}  // namespace

http::Plan plan_feed_ends(const Sources& sources, const http::Request& request) {
  http::Parameters parameters(request);
  auto known = read_place_list("known", parameters);
  const std::chrono::milliseconds wait(parameters.number("wait", 0, kMostEndsWait).value_or(0));
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  auto locals = partitions_here(sources, request);
  if (!locals) return http::to_response(no_list());
  http::DelayedRead out;
  out.at_most = wait;
  const auto read = [locals = *locals] { return told_ends(locals); };
  if (known.empty() || locals->empty()) return http::Read(read);
  out.ready = [&sources, locals = std::move(*locals), known = std::move(known),
               from = sources.clock->now() + kTellEvery] {
    return sources.clock->now() >= from && has_news(locals, known);
  };
  out.read = read;
  return out;
}

http::Plan plan_feed_share(const Sources& sources, const http::Request& request) {
  http::Parameters parameters(request);
  ShareOrder order;
  order.filter = read_log_question(sources, request, parameters).filter;
  order.octets = parameters.number("octets", 1, feed::kPieceOctets).value_or(feed::kPieceOctets);
  order.events = parameters.number("limit", 1, kMostShareEvents).value_or(kMostShareEvents);
  const auto from = read_place_list("from", parameters);
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  const auto locals = partitions_here(sources, request);
  if (!locals) return http::to_response(no_list());
  for (const SharePlace& place : from) {
    const bool is_here = std::any_of(
        locals->begin(), locals->end(),
        [&](const LocalPartition* local) { return local->partition == place.partition; });
    if (is_here) order.from.push_back(place);
  }
  return http::Read([&sources, order = std::move(order)] { return read_all(sources, order); });
}

}  // namespace waybill::query

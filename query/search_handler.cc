// GET /v1/search?q=: what people type into one box, read by one parser (search/parse.h), and
// carried out as the look-ups that it comes to. Each look-up is a question of this API, asked of
// its handler for the same asker: search sees nothing that its asker could not ask for.

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "http/parameters.h"
#include "query/ask_inside.h"
#include "query/handlers.h"
#include "query/question.h"
#include "query/search/parse.h"
#include "query/search_log.h"
#include "query/search_plan.h"
#include "query/span.h"
#include "runtime/clock.h"

namespace waybill::query {

namespace json = boost::json;
using http::Problem;
using search::Query;

namespace {

// Lines of each look-up: a group is a beginning, and its own address has the rest.
constexpr std::size_t kGroupLines = 10;
constexpr std::size_t kMaxGroupLines = 100;

// Whether the text comes to look-ups: what is not answered either is no help.
bool is_answered(const std::string& text, const search::Context& context) {
  const auto parsed = search::parse(text, context);
  const auto* const query = std::get_if<Query>(&parsed);
  if (query == nullptr) return false;
  const auto planned = plan_look_ups(*query, kGroupLines, context.now);
  return !std::holds_alternative<NoIndex>(planned);
}

Problem refusal_of(const search::Refusal& refusal, const search::Context& context) {
  Problem out = http::problem_of(409, "search_refused", refusal.words);
  out.parameter = "q";
  out.extensions["reason"] = search::word_of(refusal.wrong);
  out.extensions["at"] = refusal.at.at;
  out.extensions["length"] = refusal.at.length;
  if (!refusal.try_instead.empty() && is_answered(refusal.try_instead, context)) {
    out.extensions["try_instead"] = refusal.try_instead;
  }
  return out;
}

// Where the log itself is read for it.
void add_log(const Query& query, runtime::WallTime now, json::object& out) {
  out["follow"] = log_json(query, LogUse::followed, now);
  out["export"] = log_json(query, LogUse::exported, now);
}

Problem problem_of(const NoIndex& none, const Query& query, const search::Context& context) {
  Problem out = http::problem_of(409, "no_index", none.words);
  out.parameter = "q";
  if (!none.try_instead.empty() && is_answered(none.try_instead, context)) {
    out.extensions["try_instead"] = none.try_instead;
  }
  add_log(query, context.now, out.extensions);
  return out;
}

json::object told(const Query& query, runtime::WallTime now) {
  json::object out;
  out["canonical"] = query.canonical;
  out["pinned"] = query.pinned;
  out["sentence"] = query.sentence;
  json::array chips;
  for (const search::Chip& chip : query.chips) {
    chips.push_back({{"label", chip.label}, {"text", chip.text}, {"query", chip.query}});
  }
  out["chips"] = std::move(chips);
  json::array offers;
  for (const search::Offer& offer : query.offers) {
    offers.push_back({{"label", offer.label}, {"query", offer.query}});
  }
  out["offers"] = std::move(offers);
  json::array notes;
  for (const search::Note& note : query.cleaned) notes.emplace_back(note.words);
  out["notes"] = std::move(notes);
  add_log(query, now, out);
  return out;
}

// Bodies are JSON already.
std::string with_groups(json::object out, const std::vector<std::string>& groups) {
  std::string text = json::serialize(out);
  text.pop_back();
  text += ",\"groups\":[";
  for (const std::string& group : groups) {
    if (text.back() != '[') text += ',';
    text += group;
  }
  return text + "]}";
}

http::Response carry_out(const Sources& sources, const Query& query,
                         const std::vector<LookUp>& look_ups, const http::Request& request) {
  http::Response out;
  std::vector<std::string> groups;
  std::set<std::string> domains;
  for (const LookUp& look_up : look_ups) {
    http::Response answer =
        ask_inside(sources, request, look_up.target, look_up.captured, look_up.plan);
    // What could not be read is no group of its own: the search is not whole.
    if (answer.status >= 500) return answer;
    json::object group;
    group["title"] = look_up.title;
    group["target"] = look_up.target;
    group["status"] = answer.status;
    group["rows"] = answer.shown.rows;
    std::string text = json::serialize(group);
    text.pop_back();
    groups.push_back(text + ",\"answer\":" + answer.body + "}");
    out.shown.rows += answer.shown.rows;
    out.shown.tells_a_moment = out.shown.tells_a_moment || answer.shown.tells_a_moment;
    out.shown.as_of_index = std::max(out.shown.as_of_index, answer.shown.as_of_index);
    out.shown.as_of = std::max(out.shown.as_of, answer.shown.as_of);
    if (!answer.shown.domain.empty()) domains.insert(answer.shown.domain);
    auto& subjects = out.shown.more_subjects;
    subjects.push_back(look_up.subject);
    subjects.insert(subjects.end(), answer.shown.more_subjects.begin(),
                    answer.shown.more_subjects.end());
  }
  json::object body;
  body["query"] = told(query, sources.clock->wall());
  out.body = with_groups(std::move(body), groups);
  // Of several, no domain's record would be the whole.
  if (domains.size() == 1) out.shown.domain = *domains.begin();
  out.shown.subject = look_ups.empty() ? query.canonical : look_ups.front().subject;
  return out;
}

http::Response explain(const Query& query, const std::vector<LookUp>& look_ups,
                       runtime::WallTime now) {
  std::vector<std::string> groups;
  for (const LookUp& look_up : look_ups) {
    groups.push_back(json::serialize(json::object(
        {{"title", look_up.title}, {"target", look_up.target}, {"cost", look_up.cost}})));
  }
  json::object body;
  body["query"] = told(query, now);
  http::Response out;
  out.body = with_groups(std::move(body), groups);
  return out;
}

search::Context context_of(const Sources& sources, const schemas::Sight& sight,
                           std::chrono::minutes utc_offset) {
  search::Context out;
  out.now = sources.clock->wall();
  out.utc_offset = utc_offset;
  out.is_ours = [&sources, sight](const std::string& domain) {
    return sight.sees_domain(domain) && sources.local_parts && sources.local_parts(domain);
  };
  out.rules = sources.rules;
  return out;
}

}  // namespace

http::Plan plan_search(const Sources& sources, const http::Request& request) {
  http::Parameters parameters(request);
  const auto text = parameters.text("q");
  if (!text) parameters.refuse("q", "\"q\" is needed: what is searched for.");
  const auto limit = parameters.number("limit", 1, kMaxGroupLines).value_or(kGroupLines);
  const auto offset = read_utc_offset(parameters);
  const bool explained = parameters.word("explain", {"true", "false"}) == "true";
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  const search::Context context = context_of(sources, request.sight(), *offset);
  const auto parsed = search::parse(*text, context);
  if (const auto* const refusal = std::get_if<search::Refusal>(&parsed)) {
    return http::to_response(refusal_of(*refusal, context));
  }
  if (const auto* const place = std::get_if<search::Place>(&parsed)) {
    http::Response out;
    out.body = json::serialize(json::object({{"go_to", place->path}}));
    return out;
  }
  const Query& query = std::get<Query>(parsed);
  auto planned = plan_look_ups(query, limit, sources.clock->wall());
  if (const auto* const none = std::get_if<NoIndex>(&planned)) {
    return http::to_response(problem_of(*none, query, context));
  }
  auto look_ups = std::get<std::vector<LookUp>>(std::move(planned));
  if (explained) return explain(query, look_ups, context.now);
  http::Read read = [&sources, query, look_ups = std::move(look_ups), request] {
    return http::Answer(carry_out(sources, query, look_ups, request));
  };
  if (sources.peers == nullptr) return read;
  return http::RemoteRead{std::move(read)};
}

}  // namespace waybill::query

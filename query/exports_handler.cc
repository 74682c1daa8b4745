// /v1/exports: history in whole, as files that are written here and fetched when they are done.

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "http/parameters.h"
#include "http/problem.h"
#include "http/range.h"
#include "query/exports/desk.h"
#include "query/handlers.h"
#include "query/log_question.h"

namespace waybill::query {
namespace {

namespace json = boost::json;
using exports::Desk;
using exports::Job;
using Asker = std::shared_ptr<const schemas::Principal>;
using http::Problem;
using http::Request;
using http::Response;
using runtime::Errc;

// Of a file that is sent: what a slow reader holds in memory.
constexpr std::size_t kReadOctets = 256 << 10;
// A large file over a slow line; what breaks off goes on with Range.
constexpr std::chrono::hours kLongestFetch{24};
constexpr std::chrono::seconds kFullRetry{60};
constexpr std::chrono::seconds kDoneRetry{1};

template <class Word>
Word read_word(http::Parameters& parameters, std::string_view name, const auto& words) {
  const std::vector<std::string> known(std::begin(words), std::end(words));
  const auto word = parameters.word(name, known);
  const auto at = word ? std::find(known.begin(), known.end(), *word) : known.begin();
  return static_cast<Word>(at - known.begin());
}

Response with_body(const json::object& object, unsigned status = 200) {
  Response out;
  out.status = status;
  out.body = json::serialize(object);
  return out;
}

// What the record of who asked says of it: of how far it is, one of its subjects alone, for that is
// asked again and again.
http::Shown shown_of(const Job& job) {
  http::Shown out;
  out.domain = job.order.filter.domain;
  if (!job.order.subjects.empty()) out.subject = job.order.subjects.back();
  return out;
}

Response told(const Job& job, const Request& request, unsigned status = 200) {
  Response out = with_body(exports::shown(job, *request.asker), status);
  out.shown = shown_of(job);
  return out;
}

Problem none() { return http::not_found("There is no such export."); }

Response to_answer(const runtime::Result<Job>& job, const Request& request) {
  if (!job && job.error() == Errc::io_error) {
    return http::to_response(
        http::problem_of(503, "no_room", "It cannot be removed now; the server's log says why."));
  }
  if (!job) return http::to_response(none());
  return told(*job, request);
}

// Who shows nothing may read here; what others have made is not theirs to end.
std::optional<Problem> not_theirs(const Job& job, const Request& request) {
  const schemas::Principal& asker = *request.asker;
  const bool may = asker.kind != schemas::Principal::Kind::local ||
                   asker.scopes.has(schemas::Scope::control) || job.principal == asker.text();
  if (may) return std::nullopt;
  return http::problem_of(403, "not_yours",
                          "Somebody else asked for this export: show a token, as the owner or as "
                          "who may see all that is in it.");
}

std::optional<Problem> no_desk(const Sources& sources) {
  if (sources.exports != nullptr) {
    const std::string why = sources.exports->why_closed();
    if (why.empty()) return std::nullopt;
    auto problem = http::problem_of(503, "no_room", "There are no exports now: " + why + ".");
    problem.retry_after = kFullRetry;
    return problem;
  }
  return http::problem_of(501, "no_exports",
                          "Exports are made where the views of all partitions are and grow: by "
                          "`waybill serve`, or by a projector that owns them all.");
}

exports::Order read_order(const Sources& sources, const Request& request,
                          http::Parameters& parameters) {
  exports::Order out;
  LogQuestion asked = read_log_question(sources, request, parameters);
  out.filter = std::move(asked.filter);
  out.subjects = std::move(asked.subjects);
  out.from = parameters.time("from");
  out.to = parameters.time("to");
  if (out.from && out.to && *out.from >= *out.to) {
    parameters.conflict("to", "\"to\" is not behind \"from\": nothing lies between them.");
  }
  out.format = read_word<exports::Format>(parameters, "format", exports::kFormats);
  out.packing = read_word<exports::Packing>(parameters, "packing", exports::kPackings);
  for (const http::Parameter& one : request.parameters) {
    if (one.name != "format" && one.name != "packing") out.said[one.name] = one.value;
  }
  return out;
}

// nullopt: nobody here knows how far the log goes.
std::optional<std::uint64_t> lag_of(const Sources& sources) {
  std::uint64_t out = 0;
  for (const LocalPartition& one : sources.partitions) {
    const auto lag = one.freshness().lag;
    if (!lag) return std::nullopt;
    out += *lag;
  }
  return out;
}

Response make(const Sources& sources, exports::Order order, const Request& request) {
  Desk& desk = *sources.exports;
  // The lag first: what is folded meanwhile is in it, and counted all the same.
  order.lag = lag_of(sources);
  order.until = desk.ends();
  const auto job = desk.take(std::move(order), request.asker->text(), request.reason);
  if (job) {
    Response out = told(*job, request, 202);
    out.shown.more_subjects = job->order.subjects;
    out.fields.emplace_back("Location", "/v1/exports/" + job->id);
    return out;
  }
  const bool theirs = job.error() == Errc::refused;
  const bool full = theirs || job.error() == Errc::limit_exceeded;
  auto problem = http::problem_of(
      theirs ? 429 : 503, full ? "too_many_exports" : "no_room",
      full ? job.error().why : "The export cannot be begun: " + job.error().why + ".");
  problem.retry_after = kFullRetry;
  return http::to_response(problem);
}

http::Plan plan_list(Desk& desk, const Request& request) {
  http::Parameters parameters(request);
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  json::array list;
  for (const Job& job : desk.list(*request.asker))
    list.emplace_back(exports::shown(job, *request.asker));
  json::object out;
  out["exports"] = std::move(list);
  return with_body(out);
}

// What is left of a part of the file, a piece at a time.
// What may no more be seen by who fetches it is cut off (Principal::over).
http::Pull pull_of(runtime::ReadableFile file, http::Part part, Asker asker,
                   const runtime::Clock& clock) {
  const auto shared = std::make_shared<runtime::ReadableFile>(std::move(file));
  return [shared, part, asker = std::move(asker), &clock]() mutable -> http::Piece {
    const bool over = asker->is_over() || (asker->until && *asker->until <= clock.wall());
    if (over) return make_error_code(Errc::refused);
    if (part.count == 0) return std::optional<std::string>();
    const auto most = std::min<std::uint64_t>(part.count, kReadOctets);
    auto octets = shared->read(part.first, most);
    if (!octets) return make_error_code(octets.error().code);
    if (octets->size() != most) return make_error_code(Errc::corrupt);
    part.first += most;
    part.count -= most;
    return std::optional(std::move(*octets));
  };
}

http::Answer send_file(const Sources& sources, const Job& job, const Request& request) {
  auto file = sources.exports->result(job);
  if (!file) {
    return http::to_response(
        http::problem_of(410, "file_gone", "The file of this export is gone: make it again."));
  }
  const std::uint64_t size = file->size();
  if (size != job.octets) {
    return http::to_response(http::problem_of(
        410, "file_gone", "The file of this export is not what was written: make it again."));
  }
  const std::string etag = "\"" + job.file_sha256 + "\"";
  // Range is of GET alone (RFC 9110 14.2).
  const std::string_view range = request.method == "GET" ? request.field("Range") : "";
  const http::Wanted wanted = http::wanted_of(range, request.field("If-Range"), etag, size);
  if (wanted.what == http::Wanted::What::nothing) {
    Response out = http::to_response(http::problem_of(
        416, "range_beyond",
        "The file has " + std::to_string(size) + " octets: none of those asked for."));
    out.fields.emplace_back("Content-Range", http::content_range_of_nothing(size));
    return out;
  }
  http::Stream out;
  out.content_type = exports::content_type_of(job.order);
  out.limits.whole = kLongestFetch;
  out.fields = {
      {"ETag", etag},
      {"Accept-Ranges", "bytes"},
      {"Content-Disposition", "attachment; filename=\"" + exports::file_name(job) + "\""}};
  http::Part part{0, size};
  if (wanted.what == http::Wanted::What::part) {
    part = wanted.part;
    out.status = 206;
    out.fields.emplace_back("Content-Range", http::content_range(part, size));
  }
  out.length = part.count;
  out.shown = shown_of(job);
  out.shown.rows = job.count;
  out.shown.more_subjects = job.order.subjects;
  out.body = pull_of(std::move(*file), part, request.asker, *sources.clock);
  return out;
}

Response not_done(const Job& job) {
  const std::string state(exports::word_of(job.state));
  auto problem = http::problem_of(
      409, "not_done",
      "The export is " + state + (job.why.empty() ? "" : " (" + job.why + ")") +
          (job.is_over() ? ": make it again." : ": its file is there once it is done."));
  if (!job.is_over()) problem.retry_after = kDoneRetry;
  return http::to_response(problem);
}

using Act = runtime::Result<Job> (Desk::*)(const std::string&);

http::Plan plan_act(const Sources& sources, const Request& request, Act act) {
  if (const auto problem = no_desk(sources)) return http::to_response(*problem);
  http::Parameters parameters(request);
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  const auto job = sources.exports->find(request.captured[0], *request.asker);
  if (!job) return http::to_response(none());
  if (const auto problem = not_theirs(*job, request)) return http::to_response(*problem);
  return http::Read([desk = sources.exports, id = job->id, act, request] {
    return http::Answer(to_answer((desk->*act)(id), request));
  });
}

}  // namespace

http::Plan plan_exports(const Sources& sources, const Request& request) {
  if (const auto problem = no_desk(sources)) return http::to_response(*problem);
  if (request.method != "POST") return plan_list(*sources.exports, request);
  http::Parameters parameters(request);
  exports::Order order = read_order(sources, request, parameters);
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  return http::Read([&sources, order = std::move(order), request] {
    return http::Answer(make(sources, order, request));
  });
}

http::Plan plan_export(const Sources& sources, const Request& request) {
  if (request.method == "DELETE") return plan_act(sources, request, &Desk::remove);
  if (const auto problem = no_desk(sources)) return http::to_response(*problem);
  http::Parameters parameters(request);
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  return to_answer(sources.exports->find(request.captured[0], *request.asker), request);
}

http::Plan plan_export_pause(const Sources& sources, const Request& request) {
  return plan_act(sources, request, &Desk::pause);
}

http::Plan plan_export_resume(const Sources& sources, const Request& request) {
  return plan_act(sources, request, &Desk::go_on);
}

http::Plan plan_export_file(const Sources& sources, const Request& request) {
  if (const auto problem = no_desk(sources)) return http::to_response(*problem);
  http::Parameters parameters(request);
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  const auto job = sources.exports->find(request.captured[0], *request.asker);
  if (!job) return http::to_response(none());
  if (job->state != exports::State::done) return not_done(*job);
  return http::Read([&sources, job = *job, request] { return send_file(sources, job, request); });
}

}  // namespace waybill::query

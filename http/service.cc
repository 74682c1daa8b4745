#include "http/service.h"

#include <algorithm>
#include <exception>

#include "http/packing.h"
#include "http/pulled_source.h"
#include "http/target.h"
#include "http/trace.h"
#include "runtime/check.h"
#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::http {
namespace {

constexpr char kNoRoute[] = "none";

// A queue of reads that is full is empty again in far less; a client's whole second is the least
// that Retry-After can say (RFC 9110 10.2.3).
constexpr std::chrono::seconds kBusyRetry{1};

// A disk that is full, and what waits for it, takes longer.
constexpr std::chrono::seconds kRecordRetry{10};

// Of a reason that somebody gives: a sentence, and no letter.
constexpr std::size_t kMostReason = 500;

// Streams are long.
constexpr std::chrono::seconds kStreamRetry{30};

bool is_among(std::string_view methods, std::string_view method) {
  for (std::size_t at = 0; at < methods.size();) {
    const std::size_t comma = std::min(methods.find(", ", at), methods.size());
    if (methods.substr(at, comma - at) == method) return true;
    at = comma + 2;
  }
  return false;
}

// RFC 9110 9.1: a method that nobody here knows is not implemented; a known one is not allowed.
std::optional<Problem> check_method(const std::string& method, std::string_view answered) {
  constexpr std::string_view kKnown =
      "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE, CONNECT, QUERY";
  if (is_among(answered, method)) return std::nullopt;
  const std::string sentence = "Only " + std::string(answered) + " are answered here.";
  if (!is_among(kKnown, method)) return problem_of(501, "method_unknown", sentence);
  auto problem = problem_of(405, "method_not_allowed", sentence);
  problem.allow = answered;
  return problem;
}

constexpr char kReasonField[] = "Waybill-Reason";

// Takes the parameter out of the request, or the field.
void take_reason(Request& request) {
  std::erase_if(request.parameters, [&](const Parameter& one) {
    if (one.name != "reason") return false;
    request.reason = one.value;
    return true;
  });
  if (request.reason.empty()) request.reason = request.field(kReasonField);
  // Blanks are no reason.
  if (request.reason.find_first_not_of(" \t\r\n") == std::string::npos) request.reason.clear();
}

// What has other letters is said by the parameter: a field has none that both sides read alike (RFC
// 9110 5.5).
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::optional<Problem> check_reason(const Request& request) {
  if (!is_plain(request.field(kReasonField))) {
    return invalid_parameter(kReasonField,
                             "The field is ASCII: say other letters by the "
                             "parameter \"reason\".");
  }
  if (request.reason.size() > kMostReason) {
    return invalid_parameter("reason", "A reason has " + std::to_string(kMostReason) +
                                           " octets at most: say it in a sentence.");
  }
  return std::nullopt;
}

Problem lacks_scope(schemas::Scope scope) {
  const std::string word(schemas::word_of(scope));
  Problem problem = problem_of(403, "scope_missing",
                               "This asks for the scope \"" + word + "\", which you have not.");
  // RFC 6750 3.1
  problem.authenticate = "Bearer error=\"insufficient_scope\", scope=\"" + word + "\"";
  return problem;
}

// Those that show what became of mail.
bool is_about_mail(schemas::Scope scope) {
  return scope == schemas::Scope::history || scope == schemas::Scope::feed ||
         scope == schemas::Scope::exports;
}

Problem sees_too_little() {
  return problem_of(403, "scope_missing", "This speaks of all domains, and you may see some.");
}

// What another server sends, or what a question comes to, must not end this one.
template <class Reading>
auto guarded(const Reading& reading) -> decltype(reading()) {
  try {
    return reading();
  } catch (const std::exception& wrong) {
    runtime::log(runtime::Level::error, "http", "a question could not be answered",
                 {{"why", wrong.what()}});
    return Answer(to_response(problem_of(500, "internal", "The question could not be answered.")));
  }
}

// The Read as run_on() wants it.
struct ReadJob {
  Read read;
  runtime::Result<Answer> operator()() { return guarded(read); }
};

}  // namespace

House::House(Router router, ServerParts parts, std::uint32_t max_streams)
    : router_(std::move(router)),
      parts_(std::move(parts)),
      max_streams_(max_streams),
      streams_(max_streams) {
  for (const auto& route : router_.routes()) {
    runtime::check(!route.needs.scope || parts_.principals != nullptr,
                   "a route that asks for a scope asks who it is");
    add_meters(route.path);
  }
  add_meters(kNoRoute);
}

void House::add_meters(const std::string& route) {
  meters_[route].seconds = &parts_.metrics->histogram(
      "waybill_http_request_seconds", "From the head of a request to its answer.",
      runtime::latency_bounds(), {{"route", route}});
}

void House::count(const std::string& route, unsigned status) {
  Meters& meters = meters_.at(route);
  // What is no status of HTTP is nobody's answer.
  auto& place = meters.answers.at(std::min(status / 100, 5u));
  runtime::Counter* counter = place.load(std::memory_order_acquire);
  if (counter == nullptr) {
    const std::string status_class = std::to_string(status / 100) + "xx";
    counter = &parts_.metrics->counter("waybill_http_requests_total", "HTTP requests answered.",
                                       {{"route", route}, {"status", status_class}});
    place.store(counter, std::memory_order_release);
  }
  counter->add();
}

void House::time(const std::string& route, double seconds) {
  meters_.at(route).seconds->observe(seconds);
}

Service::Service(std::shared_ptr<House> house)
    : house_(std::move(house)), parts_(house_->parts()), streams_(*parts_.metrics) {}

// What the head says besides method and target.
std::optional<Problem> Service::admit(const Head& head, Request& request) const {
  if (parts_.secret && !parts_.secret->shown_by(find_field(head.fields, "Authorization"))) {
    auto problem =
        problem_of(401, "unauthorized", "Other nodes of this cluster are answered here.");
    problem.authenticate = "Bearer";
    return problem;
  }
  request.method = head.method;
  request.target = head.target;
  request.fields = head.fields;
  request.trace = request.field("traceparent");
  if (!is_traceparent(request.trace)) request.trace = new_traceparent(*parts_.chance);
  return std::nullopt;
}

std::variant<Problem, Router::Match> Service::route(const Head& head, Request& request) const {
  auto parsed = parse_target(head.target);
  if (!parsed) return problem_of(400, "invalid_target", parsed.error().why + ".");
  request = std::move(*parsed);
  if (auto refused = admit(head, request)) return std::move(*refused);
  auto match = router().find(request.segments);
  if (!match) return not_found("There is no such address here; docs/api.md has those there are.");
  if (auto refused = check_method(head.method, match->route->methods)) {
    return std::move(*refused);
  }
  if (head.has_body) {
    return problem_of(413, "content_refused",
                      "What is asked stands in the target: leave the content out.");
  }
  request.captured = match->captured;
  return std::move(*match);
}

// Before anything is read for the asker. nullopt: the handler is asked.
std::optional<Problem> Service::judge(const Router::Route& route, Request& request) const {
  const Needs& needs = route.needs;
  if (!needs.scope) return std::nullopt;
  take_reason(request);
  auto bad_reason = check_reason(request);
  // What is refused is not put on record either.
  if (bad_reason) request.reason.clear();
  auto who = parts_.principals->who(request);
  if (auto* const refused = std::get_if<Problem>(&who)) return std::move(*refused);
  request.asker = std::get<Asker>(std::move(who));
  if (auto too_often = parts_.principals->asks_too_often(*request.asker)) return too_often;
  if (!request.asker->scopes.has(*needs.scope)) return lacks_scope(*needs.scope);
  if (needs.whole_sight && !request.asker->sight.is_all()) return sees_too_little();
  if (bad_reason) return bad_reason;
  const bool says_why = !request.reason.empty() || !goes_on_record(route);
  if (says_why || !is_about_mail(*needs.scope)) return std::nullopt;
  return parts_.principals->owes_a_reason(*request.asker);
}

namespace {

// Whether it may do something, beside telling.
bool changes(const Request& request) { return request.method != "GET" && request.method != "HEAD"; }

// "Processing": what a record says of something that is asked for and is yet to be done.
constexpr unsigned kProcessing = 102;

constexpr char kWithheld[] = "The answer is withheld";
constexpr char kNothingDone[] = "Nothing was done";

Problem not_on_record(boost::system::error_code error, const std::string& what) {
  auto problem = problem_of(503, "not_on_record",
                            what + ", because that you asked cannot be put on record (" +
                                error.message() + "): ask again later.");
  problem.retry_after = kRecordRetry;
  return problem;
}

}  // namespace

// What changes something is on record as asked for before it is done, and once more with what it
// came to. If the process ends in between, the first is there, and the deed may be. A Deed puts on
// record itself what it does (handler.h).
runtime::Task<Answer> Service::plan_and_carry_out(const Router::Route& route, Request& request) {
  if (const auto refused = judge(route, request)) co_return to_response(*refused);
  Plan plan = route.handler(request);
  const bool is_deed = changes(request) && std::holds_alternative<Read>(plan);
  if (is_deed && goes_on_record(route)) {
    Access access{request, route.path, kProcessing, {}};
    const auto recorded = co_await parts_.access->record(std::move(access));
    if (!recorded) co_return to_response(not_on_record(recorded.error(), kNothingDone));
  }
  pack(plan, request);
  Answer answer = co_await carry_out(std::move(plan));
  auto* const done = std::get_if<Response>(&answer);
  if (is_deed && done != nullptr) done->is_on_record = true;
  co_return answer;
}

// The answer, or that it may not leave.
runtime::Task<Answer> Service::on_record(const Router::Route& route, const Request& request,
                                         Answer answer) {
  Access access{request, route.path, 0, {}};
  if (auto* const response = std::get_if<Response>(&answer)) {
    access.status = response->status;
    access.shown = response->shown;
  } else {
    access.status = std::get<Stream>(answer).status;
    access.shown = std::get<Stream>(answer).shown;
  }
  const auto recorded = co_await parts_.access->record(std::move(access));
  if (recorded) co_return answer;
  const auto* const done = std::get_if<Response>(&answer);
  if (done != nullptr && done->is_on_record) co_return answer;
  co_return to_response(not_on_record(recorded.error(), kWithheld));
}

runtime::Task<Answer> Service::carry_out(Plan plan) {
  if (auto* const response = std::get_if<Response>(&plan)) co_return std::move(*response);
  if (auto* const stream = std::get_if<Stream>(&plan)) co_return std::move(*stream);
  if (auto* const quick = std::get_if<QuickRead>(&plan)) {
    if (auto answer = guarded(quick->at_once)) co_return std::move(*answer);
    co_return co_await read_on(*parts_.workers, std::move(quick->read));
  }
  if (auto* const deed = std::get_if<Deed>(&plan)) {
    Response done = co_await deed->run();
    co_return Answer(std::move(done));
  }
  if (auto* const remote = std::get_if<RemoteRead>(&plan)) {
    const bool own = parts_.remote_workers != nullptr;
    runtime::Workers& workers = own ? *parts_.remote_workers : *parts_.workers;
    co_return co_await read_on(workers, std::move(remote->read));
  }
  if (auto* const delayed = std::get_if<DelayedRead>(&plan)) {
    const runtime::Instant until = parts_.clock->now() + delayed->at_most;
    while (!delayed->ready() && parts_.clock->now() < until) {
      co_await parts_.clock->sleep_until(parts_.clock->now() + kReadyAgain);
    }
    co_return co_await read_on(*parts_.workers, std::move(delayed->read));
  }
  co_return co_await read_on(*parts_.workers, std::get<Read>(std::move(plan)));
}

runtime::Task<Answer> Service::read_on(runtime::Workers& workers, Read read) {
  ReadJob job{std::move(read)};
  auto answered = co_await runtime::run_on(workers, std::move(job));
  if (answered) co_return std::move(*answered);
  auto busy = problem_of(503, "busy", "Too many questions are waiting already: ask again later.");
  busy.retry_after = kBusyRetry;
  co_return to_response(busy);
}

Answered Service::open(Answer answer, const std::string& route) {
  if (auto* const response = std::get_if<Response>(&answer)) return std::move(*response);
  auto place = house_->streams().try_take();
  if (!place) {
    auto full = problem_of(503, "too_many_streams",
                           "Too many streams are open: close some, or ask again later.");
    full.retry_after = kStreamRetry;
    return to_response(full);
  }
  auto& stream = std::get<Stream>(answer);
  std::unique_ptr<Source> source;
  if (auto* const pull = std::get_if<Pull>(&stream.body)) {
    source = pulled_source(std::move(*pull), *parts_.stream_workers);
  } else if (auto* const follower = std::get_if<std::unique_ptr<Follower>>(&stream.body)) {
    const bool own = parts_.remote_stream_workers != nullptr;
    source = followed_source(std::move(*follower), *parts_.stream_workers,
                             own ? *parts_.remote_stream_workers : *parts_.stream_workers,
                             *parts_.clock);
  } else {
    source = std::get<std::unique_ptr<Source>>(std::move(stream.body));
  }
  return std::make_unique<OpenStream>(streams_, std::move(*place), std::move(stream),
                                      std::move(source), route);
}

runtime::Task<Answered> Service::answer(Head head, Client client) {
  const auto begun = parts_.clock->now();
  Request request;
  const auto routed = route(head, request);
  if (const auto* const problem = std::get_if<Problem>(&routed)) co_return refuse(*problem);

  request.client = std::move(client);
  const auto& found = *std::get<Router::Match>(routed).route;
  Answer answer = co_await plan_and_carry_out(found, request);
  if (goes_on_record(found)) {
    answer = co_await on_record(found, request, std::move(answer));
  }
  Answered answered = open(std::move(answer), found.path);
  auto* const stream = std::get_if<std::unique_ptr<OpenStream>>(&answered);
  auto* const response = std::get_if<Response>(&answered);
  Fields& fields = stream != nullptr ? (*stream)->stream().fields : response->fields;
  fields.emplace_back("traceparent", request.trace);
  const std::chrono::duration<double> spent = parts_.clock->now() - begun;
  house_->time(found.path, spent.count());
  house_->count(found.path, stream != nullptr ? (*stream)->stream().status : response->status);
  co_return answered;
}

Response Service::too_many_answers() {
  auto busy = problem_of(503, "busy",
                         "Too many large answers wait to be read: read them, or ask again later.");
  busy.retry_after = kBusyRetry;
  return to_response(busy);
}

Response Service::refuse(const Problem& problem) {
  house_->count(kNoRoute, problem.status);
  return to_response(problem);
}

}  // namespace waybill::http

#include "query/problem.h"

#include "query/render.h"

namespace waybill::query {
namespace {

// A rebuild takes seconds for a small log and minutes for a large one.
constexpr std::chrono::seconds kRebuildRetry{10};

}  // namespace

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 421: return "Misdirected Request";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Error";
  }
}

Response to_response(const Problem& problem) {
  Response response;
  response.status = problem.status;
  response.content_type = kProblemType;
  response.body = render_problem(problem);
  if (!problem.allow.empty()) response.fields.emplace_back("Allow", problem.allow);
  if (!problem.authenticate.empty()) {
    response.fields.emplace_back("WWW-Authenticate", problem.authenticate);
  }
  if (problem.retry_after) {
    response.fields.emplace_back("Retry-After", std::to_string(problem.retry_after->count()));
  }
  return response;
}

Problem invalid_parameter(std::string name, std::string detail) {
  Problem problem;
  problem.status = 400;
  problem.code = "invalid_parameter";
  problem.detail = std::move(detail);
  problem.parameter = std::move(name);
  return problem;
}

Problem not_found(std::string detail, std::optional<AsOf> as_of) {
  Problem problem;
  problem.status = 404;
  problem.code = "not_found";
  problem.detail = std::move(detail);
  problem.as_of = std::move(as_of);
  return problem;
}

Problem unreadable(const runtime::Error& error) {
  Problem problem;
  if (runtime::errc_of(error) == runtime::Errc::temporary) {
    problem.status = 503;
    problem.code = "views_rebuilding";
    problem.detail = "The views are being rebuilt from the log: ask again when /readyz says 200.";
    problem.retry_after = kRebuildRetry;
    return problem;
  }
  problem.status = 500;
  problem.code = "views_unreadable";
  problem.detail =
      "The views could not be read (" + error.message() +
      "). If they are damaged, \"waybill views rebuild\" folds them again from the log.";
  return problem;
}

}  // namespace waybill::query

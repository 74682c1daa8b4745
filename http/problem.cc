#include "http/problem.h"

#include <boost/json/serialize.hpp>

namespace waybill::http {
namespace {

namespace json = boost::json;

std::string write(const Problem& problem) {
  json::object out;
  out["title"] = reason_phrase(problem.status);
  out["status"] = problem.status;
  out["code"] = problem.code;
  if (!problem.detail.empty()) out["detail"] = problem.detail;
  if (!problem.parameter.empty()) out["parameter"] = problem.parameter;
  for (const auto& [name, value] : problem.extensions) out[name] = value;
  return json::serialize(out);
}

}  // namespace

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 206: return "Partial Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 416: return "Range Not Satisfiable";
    case 421: return "Misdirected Request";
    case 429: return "Too Many Requests";
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
  response.body = write(problem);
  if (!problem.allow.empty()) response.fields.emplace_back("Allow", problem.allow);
  if (!problem.authenticate.empty()) {
    response.fields.emplace_back("WWW-Authenticate", problem.authenticate);
  }
  if (problem.retry_after) {
    response.fields.emplace_back("Retry-After", std::to_string(problem.retry_after->count()));
  }
  return response;
}

Problem problem_of(unsigned status, std::string code, std::string detail) {
  Problem problem;
  problem.status = status;
  problem.code = std::move(code);
  problem.detail = std::move(detail);
  return problem;
}

Problem invalid_parameter(std::string name, std::string detail) {
  Problem problem = problem_of(400, "invalid_parameter", std::move(detail));
  problem.parameter = std::move(name);
  return problem;
}

Problem not_found(std::string detail) { return problem_of(404, "not_found", std::move(detail)); }

}  // namespace waybill::http

// Problem: a refusal or a failure as RFC 9457 tells it. `title` is the status's own phrase and
// `type` is absent, that is "about:blank" (RFC 9457 4.2.1); what went wrong is in `code`, which
// programs compare, and in `detail`, which tells a person what to do.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "http/response.h"

namespace waybill::http {

struct Problem {
  unsigned status = 500;
  std::string code;       // "invalid_parameter"; a word is never given another meaning
  std::string detail;     // a sentence
  std::string parameter;  // the one that is wrong; empty: none
  // Members of the route's own (RFC 9457 3.2); none has the name of a member above.
  boost::json::object extensions;
  std::optional<std::chrono::seconds> retry_after;
  std::string allow;         // RFC 9110 15.5.6
  std::string authenticate;  // RFC 9110 15.5.2
};

Response to_response(const Problem& problem);

// RFC 9110 15: "Not Found". Statuses that this server gives; others are "Error".
std::string_view reason_phrase(unsigned status);

// `detail` is a sentence.
Problem problem_of(unsigned status, std::string code, std::string detail);
Problem invalid_parameter(std::string name, std::string detail);
Problem not_found(std::string detail);

}  // namespace waybill::http

// Problem: a refusal or a failure as RFC 9457 tells it. `title` is the status's own phrase and
// `type` is absent, that is "about:blank" (RFC 9457 4.2.1); what went wrong is in `code`, which
// programs compare, and in `detail`, which tells a person what to do.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "query/as_of.h"
#include "query/response.h"

namespace waybill::query {

struct Problem {
  unsigned status = 500;
  std::string code;           // "invalid_parameter"; a word is never given another meaning
  std::string detail;         // a sentence
  std::string parameter;      // the one that is wrong; empty: none
  std::optional<AsOf> as_of;  // for "there is none", which is only true as of some moment
  std::optional<std::chrono::seconds> retry_after;
  std::string allow;         // RFC 9110 15.5.6
  std::string authenticate;  // RFC 9110 15.5.2
};

Response to_response(const Problem& problem);

// RFC 9110 15: "Not Found". Statuses that this server gives; others are "Error".
std::string_view reason_phrase(unsigned status);

// `why` and `detail` are sentences.
Problem invalid_parameter(std::string name, std::string detail);
Problem not_found(std::string detail, std::optional<AsOf> as_of = std::nullopt);
// The views could not be read.
Problem unreadable(const runtime::Error& error);

}  // namespace waybill::query

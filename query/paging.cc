#include "query/paging.h"

#include <algorithm>

#include "http/target.h"
#include "runtime/ascii.h"

namespace waybill::query {

void refuse_unknown_cursor(http::Parameters& parameters, const std::string& name,
                           std::string_view text, std::string detail) {
  // RFC 4648 5, as `next_cursor` is written.
  const bool looks_like_one = std::all_of(text.begin(), text.end(), [](char c) {
    return runtime::ascii::is_alphanumeric(c) || c == '-' || c == '_';
  });
  if (!looks_like_one) return parameters.refuse(name, std::move(detail));
  http::Problem problem = http::problem_of(409, "unknown_cursor", std::move(detail));
  problem.parameter = name;
  parameters.refuse(std::move(problem));
}

void refuse_cursor(http::Parameters& parameters, std::string_view text, const runtime::Error& why) {
  if (runtime::errc_of(why) == runtime::Errc::refused) {
    parameters.conflict("cursor",
                        "This cursor belongs to another question: give it with the same address, "
                        "role, match, from, to, kind or message that it came with, or leave it out "
                        "to begin again.");
  } else {
    refuse_unknown_cursor(parameters, "cursor", text,
                          "This is no cursor of ours: take \"next_cursor\" of an answer as it is.");
  }
}

void link_next(http::Request request, const std::string& cursor, http::Response& response) {
  std::erase_if(request.parameters, [](const http::Parameter& p) { return p.name == "cursor"; });
  request.parameters.push_back({"cursor", cursor});
  response.fields.emplace_back("Link", "<" + http::write_target(request) + ">; rel=\"next\"");
}

}  // namespace waybill::query

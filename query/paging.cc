#include "query/paging.h"

#include "http/target.h"

namespace waybill::query {

void refuse_cursor(http::Parameters& parameters, const runtime::Error& why) {
  if (runtime::errc_of(why) == runtime::Errc::refused) {
    parameters.refuse("cursor",
                      "This cursor belongs to another question: give it with the same address, "
                      "role, match, from, to, kind or message that it came with, or leave it out "
                      "to begin again.");
  } else {
    parameters.refuse("cursor",
                      "This is no cursor of ours: take \"next_cursor\" of an answer as it is.");
  }
}

void link_next(http::Request request, const std::string& cursor, http::Response& response) {
  std::erase_if(request.parameters, [](const http::Parameter& p) { return p.name == "cursor"; });
  request.parameters.push_back({"cursor", cursor});
  response.fields.emplace_back("Link", "<" + http::write_target(request) + ">; rel=\"next\"");
}

}  // namespace waybill::query

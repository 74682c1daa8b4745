// Paging: what answers in pages have in common on the wire.
#pragma once

#include <string>
#include <string_view>

#include "http/parameters.h"
#include "http/request.h"
#include "http/response.h"
#include "runtime/result.h"

namespace waybill::query {

// Says why read_cursor() (cursor.h) refused `text`, the value of the parameter `cursor`.
void refuse_cursor(http::Parameters& parameters, std::string_view text, const runtime::Error& why);
// The same of a text that may look like a cursor and is none of ours, in the parameter `name`.
void refuse_unknown_cursor(http::Parameters& parameters, const std::string& name,
                           std::string_view text, std::string detail);

// RFC 8288 3: the next page as a reference, for clients that follow links.
void link_next(http::Request request, const std::string& cursor, http::Response& response);

}  // namespace waybill::query

// Paging: what answers in pages have in common on the wire.
#pragma once

#include <string>

#include "http/parameters.h"
#include "http/request.h"
#include "http/response.h"
#include "runtime/result.h"

namespace waybill::query {

// Says why read_cursor() (cursor.h) refused the parameter `cursor`.
void refuse_cursor(http::Parameters& parameters, const runtime::Error& why);

// RFC 8288 3: the next page as a reference, for clients that follow links.
void link_next(http::Request request, const std::string& cursor, http::Response& response);

}  // namespace waybill::query

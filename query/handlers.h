// The handlers of this folder (routes.h). `parts` outlives the Read that a plan gives.
#pragma once

#include "http/handler.h"
#include "query/parts.h"

namespace waybill::query {

http::Plan plan_history(const Parts& parts, const http::Request& request);
http::Plan plan_delivery(const Parts& parts, const http::Request& request);
http::Plan plan_message(const Parts& parts, const http::Request& request);
http::Plan plan_messages(const Parts& parts, const http::Request& request);
http::Plan plan_counters(const Parts& parts, const http::Request& request);
http::Plan plan_return_path(const Parts& parts, const http::Request& request);

// Turns are kept in the handler. `clock` outlives it.
http::Handler turn_handler(const runtime::Clock& clock);

}  // namespace waybill::query

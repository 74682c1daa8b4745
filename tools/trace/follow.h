// A search that goes on: what is there, and then what comes, by the feed (docs/api.md).
//
// The feed's end is asked for before the pages are, and read from there on: what came meanwhile is
// in the pages, in the feed, or in both, and is printed once. A line is printed before its cursor
// counts; where the connection breaks off or the server is started anew, it goes on behind the last
// line that was whole. So no event is left out, and none is told twice.
//
// It ends with the process: by SIGINT, SIGTERM or a closed pipe, each with exit code 0, or where
// the server refuses to go on. Blocking; takes over these signals and SIGPIPE.
#pragma once

#include <string>

#include "tools/api/api_client.h"
#include "tools/trace/options.h"

namespace waybill::tools {

// Of an empty query, all mail. Pages are printed oldest first, so that what comes stands below.
int run_follow(ApiClient& api, const std::string& query, const TraceOptions& options);

}  // namespace waybill::tools

// The handlers of this folder (routes.h). `sources` outlives the Read that a plan gives.
#pragma once

#include <memory>

#include "http/handler.h"
#include "query/sources.h"

namespace waybill::query {

http::Plan plan_history(const Sources& sources, const http::Request& request);
http::Plan plan_client_history(const Sources& sources, const http::Request& request);
http::Plan plan_delivery(const Sources& sources, const http::Request& request);
http::Plan plan_message(const Sources& sources, const http::Request& request);
http::Plan plan_message_tree(const Sources& sources, const http::Request& request);
http::Plan plan_messages(const Sources& sources, const http::Request& request);
http::Plan plan_counters(const Sources& sources, const http::Request& request);
http::Plan plan_figures(const Sources& sources, const http::Request& request);
http::Plan plan_aliases(const Sources& sources, const http::Request& request);
http::Plan plan_events(const Sources& sources, const http::Request& request);
http::Plan plan_feed(const Sources& sources, const http::Request& request);
http::Plan plan_feed_ends(const Sources& sources, const http::Request& request);
http::Plan plan_feed_share(const Sources& sources, const http::Request& request);
http::Plan plan_exports(const Sources& sources, const http::Request& request);
http::Plan plan_export(const Sources& sources, const http::Request& request);
http::Plan plan_export_pause(const Sources& sources, const http::Request& request);
http::Plan plan_export_resume(const Sources& sources, const http::Request& request);
http::Plan plan_export_file(const Sources& sources, const http::Request& request);
http::Plan plan_search(const Sources& sources, const http::Request& request);
http::Plan plan_accesses(const Sources& sources, const http::Request& request);
http::Plan plan_return_path(const Sources& sources, const http::Request& request);
http::Plan plan_tries(const Sources& sources, const http::Request& request);

// Turns are kept in the handler. `clock` outlives it.
http::Handler turn_handler(const runtime::Clock& clock);
http::Handler try_turn_handler(std::shared_ptr<const Sources> sources);

}  // namespace waybill::query

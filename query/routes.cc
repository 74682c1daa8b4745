#include "query/routes.h"

#include <memory>

#include "http/parameters.h"
#include "query/dashboard/dashboard.h"
#include "query/feed/filter.h"
#include "query/feed/share.h"
#include "query/gather.h"
#include "query/handlers.h"
#include "query/openapi.h"

namespace waybill::query {
namespace {

using schemas::Scope;

// A handler's function over sources that live as long as the route.
using PlanOver = http::Plan (*)(const Sources&, const http::Request&);

http::Handler over(std::shared_ptr<const Sources> sources, PlanOver plan) {
  return [sources = std::move(sources), plan](const http::Request& request) {
    return plan(*sources, request);
  };
}

}  // namespace

void add_routes(http::Router& router, Sources sources) {
  const auto shared = with_at_once(std::move(sources));
  router.add("/v1/addresses/{address}/history", Scope::history, over(shared, plan_history));
  router.add("/v1/clients/{ip}/history", Scope::history, over(shared, plan_client_history));
  router.add("/v1/deliveries/{id}", Scope::history, over(shared, plan_delivery));
  router.add("/v1/messages/{id}", Scope::history, over(shared, plan_message));
  router.add("/v1/messages/{id}/tree", Scope::history, over(shared, plan_message_tree));
  router.add("/v1/messages", Scope::history, over(shared, plan_messages));
  router.add("/v1/domains/{domain}/counters", Scope::history, over(shared, plan_counters));
  router.add("/v1/figures", Scope::history, over(shared, plan_figures));
  router.add("/v1/aliases", Scope::history, over(shared, plan_aliases));
  router.add("/v1/events", Scope::history, over(shared, plan_events));
  router.add(std::string(feed::kFeedRoute), Scope::feed, over(shared, plan_feed));
  router.add("/v1/exports", Scope::exports, over(shared, plan_exports), "GET, HEAD, POST");
  router.add("/v1/exports/{id}", Scope::exports, over(shared, plan_export), "GET, HEAD, DELETE");
  router.add("/v1/exports/{id}/pause", Scope::exports, over(shared, plan_export_pause), "POST");
  router.add("/v1/exports/{id}/resume", Scope::exports, over(shared, plan_export_resume), "POST");
  router.add("/v1/exports/{id}/file", Scope::exports, over(shared, plan_export_file));
  router.add("/v1/search", Scope::history, over(shared, plan_search));
  router.add("/v1/access", Scope::access, over(shared, plan_accesses));
  router.add("/openapi.json", http::kOpen,
             [document = std::make_shared<const std::string>(openapi_document())](
                 const http::Request& request) {
               http::Parameters parameters(request);
               if (const auto problem = parameters.problem())
                 return http::Plan(http::to_response(*problem));
               return http::Plan(http::Read([document] {
                 http::Response response;
                 response.body = *document;
                 return http::Answer(std::move(response));
               }));
             });
  dashboard::add_routes(router, shared->sign_in);
}

void add_node_routes(http::Router& router, Sources sources) {
  router.add("/v1/return-paths/{id}/turn", http::kOpen, turn_handler(*sources.clock),
             "POST, DELETE");
  const auto shared = std::make_shared<const Sources>(std::move(sources));
  router.add("/v1/return-paths/{id}", http::kOpen, over(shared, plan_return_path));
  router.add("/v1/tries", http::kOpen, over(shared, plan_tries));
  router.add(std::string(feed::kEndsRoute), http::kOpen, over(shared, plan_feed_ends));
  // What may be seen is what the node says that asks.
  router.add(std::string(feed::kShareRoute), Scope::feed, over(shared, plan_feed_share));
  router.add("/v1/tries/{id}/turn", http::kOpen, try_turn_handler(shared), "POST, DELETE");
}

}  // namespace waybill::query

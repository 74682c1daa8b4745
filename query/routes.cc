#include "query/routes.h"

#include <memory>

#include "http/parameters.h"
#include "query/handlers.h"
#include "query/openapi.h"

namespace waybill::query {
namespace {

// A handler's function over sources that live as long as the route.
using PlanOver = http::Plan (*)(const Sources&, const http::Request&);

http::Handler over(std::shared_ptr<const Sources> sources, PlanOver plan) {
  return [sources = std::move(sources), plan](const http::Request& request) {
    return plan(*sources, request);
  };
}

}  // namespace

void add_routes(http::Router& router, Sources sources) {
  const auto shared = std::make_shared<const Sources>(std::move(sources));
  router.add("/v1/addresses/{address}/history", over(shared, plan_history));
  router.add("/v1/clients/{ip}/history", over(shared, plan_client_history));
  router.add("/v1/deliveries/{id}", over(shared, plan_delivery));
  router.add("/v1/messages/{id}", over(shared, plan_message));
  router.add("/v1/messages", over(shared, plan_messages));
  router.add("/v1/domains/{domain}/counters", over(shared, plan_counters));
  router.add("/v1/feed", over(shared, plan_feed));
  router.add("/openapi.json", [document = openapi_document()](const http::Request& request) {
    http::Parameters parameters(request);
    if (const auto problem = parameters.problem()) return http::Plan(http::to_response(*problem));
    http::Response response;
    response.body = document;
    return http::Plan(std::move(response));
  });
}

void add_node_routes(http::Router& router, Sources sources) {
  router.add("/v1/return-paths/{id}/turn", turn_handler(*sources.clock), "POST, DELETE");
  const auto shared = std::make_shared<const Sources>(std::move(sources));
  router.add("/v1/return-paths/{id}", over(shared, plan_return_path));
  router.add("/v1/tries", over(shared, plan_tries));
  router.add("/v1/tries/{id}/turn", try_turn_handler(shared), "POST, DELETE");
}

}  // namespace waybill::query

#include "query/routes.h"

#include <memory>

#include "query/handlers.h"

namespace waybill::query {
namespace {

// A handler's function over parts that live as long as the route.
using PlanOver = http::Plan (*)(const Parts&, const http::Request&);

http::Handler over(std::shared_ptr<const Parts> parts, PlanOver plan) {
  return [parts = std::move(parts), plan](const http::Request& request) {
    return plan(*parts, request);
  };
}

}  // namespace

void add_routes(http::Router& router, Parts parts) {
  const auto shared = std::make_shared<const Parts>(std::move(parts));
  router.add("/v1/addresses/{address}/history", over(shared, plan_history));
  router.add("/v1/deliveries/{id}", over(shared, plan_delivery));
  router.add("/v1/messages/{id}", over(shared, plan_message));
  router.add("/v1/messages", over(shared, plan_messages));
  router.add("/v1/domains/{domain}/counters", over(shared, plan_counters));
}

void add_node_routes(http::Router& router, Parts parts) {
  router.add("/v1/return-paths/{id}/turn", turn_handler(*parts.clock), "POST, DELETE");
  const auto shared = std::make_shared<const Parts>(std::move(parts));
  router.add("/v1/return-paths/{id}", over(shared, plan_return_path));
}

}  // namespace waybill::query

// The routes of questions to views. JSON; times RFC 3339 UTC; every answer says `as_of`; errors are
// RFC 9457 problems. docs/api.md and schemas/openapi.yaml describe them.
#pragma once

#include "http/router.h"
#include "query/sources.h"

namespace waybill::query {

// For people:
//   GET /v1/addresses/{address}/history?role=alias|sender|target&from=&to=&kind=&limit=&cursor=
//   GET /v1/clients/{ip}/history?from=&to=&kind=&limit=&cursor=
//   GET /v1/deliveries/{id}
//   GET /v1/messages/{id}
//   GET /v1/messages/{id}/tree
//   GET /v1/messages?message_id=
//   GET /v1/domains/{domain}/counters?from=&to=
//   GET /v1/figures?by=&domain=&from=&to=&step=&utc_offset=&order=&limit=
//   GET /v1/feed?after=&kind=&class=&domain=&address=&limit=&wait=&format=
//   GET /v1/search?q=&limit=&utc_offset=&explain=
//   GET /v1/access?subject=&principal=&limit=&cursor=
//   GET /v1/sign-in
//   GET /openapi.json
//   GET / and the files of the dashboard (query/dashboard/dashboard.h)
void add_routes(http::Router& router, Sources sources);

// For other nodes alone, on a server that asks for the cluster's secret: they name senders.
//   GET /v1/return-paths/{id}?partition=&within=
//   POST, DELETE /v1/return-paths/{id}/turn?holder=
//   GET /v1/tries?partition=&hour=&index=
//   POST, DELETE /v1/tries/{id}/turn?partition=&within=&holder=
void add_node_routes(http::Router& router, Sources sources);

}  // namespace waybill::query

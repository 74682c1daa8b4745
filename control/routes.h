// The routes of steering: tokens, so far. docs/api.md and schemas/openapi.yaml describe them.
//
//   GET, POST     /v1/tokens?name=&scope=&domain=&expires=
//   GET, DELETE   /v1/tokens/{id}
//   POST          /v1/tokens/{id}/rotate?overlap=
//
// Nobody gives what they have not: a token's scopes and domains are among those of who makes it,
// and one that is beyond its asker's domains is not there for them.
#pragma once

#include <memory>
#include <string>

#include "control/tokens.h"
#include "http/router.h"
#include "ingest/event_appender.h"
#include "runtime/chance.h"
#include "runtime/time.h"

namespace waybill::control {

struct ControlParts {
  std::shared_ptr<Tokens> tokens;
  ingest::EventAppender* log = nullptr;
  runtime::Clock* clock = nullptr;
  std::string node;
};

// What `parts` points to outlives the router. A change is durable before its answer leaves.
void add_routes(http::Router& router, ControlParts parts);

}  // namespace waybill::control

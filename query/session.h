// Session: one connection from its first request to its close: requests one after another,
// pipelined ones in their order, each answered whole before the next is looked at (RFC 9112 9.3.2).
//
// On the connection's executor. Ends when the client closes, a deadline passes, a request forbids
// going on, or the connection is closed under it; what it refers to outlives it.
#pragma once

#include "query/server.h"
#include "query/service.h"
#include "runtime/connection.h"

namespace waybill::query {

runtime::Task<void> serve_session(runtime::Connection& connection, Service& service,
                                  runtime::Clock& clock, SessionLimits limits);

// One answer to nobody's question, then the end: for a house that is full.
runtime::Task<void> turn_away(runtime::Connection& connection, Service& service,
                              runtime::Clock& clock, SessionLimits limits);

}  // namespace waybill::query

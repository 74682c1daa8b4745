// Session: one connection from its first request to its close: requests one after another,
// pipelined ones in their order, each answered whole before the next is looked at (RFC 9112 9.3.2).
// A stream that does not end whole is its last answer.
//
// On the connection's executor. Ends when the client closes, a deadline passes, a request forbids
// going on, or the connection is closed under it; what it refers to outlives it.
#pragma once

#include <chrono>
#include <cstdint>

#include "http/hosts.h"
#include "http/idle_connections.h"
#include "http/service.h"
#include "runtime/connection.h"

namespace waybill::http {

// Of one connection. Each time is for a step, not for the connection.
struct SessionLimits {
  // Until the first octet of the first request: nobody connects to say nothing.
  std::chrono::milliseconds unused{10'000};
  // Between requests: longer than the pause of a dashboard that asks once a minute.
  std::chrono::milliseconds idle{75'000};
  // From the first octet of a request to the end of its head, which fits one packet.
  std::chrono::milliseconds head{10'000};
  // For one answer to leave: a megabyte at 40 kB/s.
  std::chrono::milliseconds write{30'000};
  // For what a client sends after the last answer, or the rest of a request that was refused before
  // its end, to be read and thrown away: closing at once would reset the connection and could take
  // answers with it (RFC 9112 9.6).
  std::chrono::milliseconds linger{1'000};
  // Then the connection closes, so that none lives for ever.
  std::uint32_t max_requests = 1000;
  Hosts hosts = Hosts::local;
};

// A connection that waits for a request is among `idle`, and may be closed there.
runtime::Task<void> serve_session(runtime::Connection& connection, Service& service,
                                  runtime::Clock& clock, IdleConnections& idle,
                                  SessionLimits limits);

// One answer to nobody's question, then the end: for a house that is full.
runtime::Task<void> turn_away(runtime::Connection& connection, Service& service,
                              runtime::Clock& clock, SessionLimits limits);

}  // namespace waybill::http

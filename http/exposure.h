// Exposure: where a server may listen. Beyond loopback only where it asks who is calling, over TLS:
// otherwise any client that reaches the port can read everything.
#pragma once

#include "runtime/endpoint.h"
#include "runtime/failure.h"

namespace waybill::http {

enum class Guard { none, credentials_over_tls };

// Errc::invalid; the words say what to do. Asked before anything is bound.
runtime::Explained<void> check_exposure(const runtime::Endpoint& at, Guard guard);

}  // namespace waybill::http

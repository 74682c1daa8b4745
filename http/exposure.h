// Exposure: where a server may listen. Beyond loopback only where every request has to show a
// secret, over TLS: else whoever reaches the port reads all there is.
#pragma once

#include <string>

#include "runtime/endpoint.h"
#include "runtime/result.h"

namespace waybill::http {

enum class Guard { none, secret_over_tls };

// Errc::invalid; `why` says what to do. Asked before anything is bound.
runtime::Result<void> check_exposure(const runtime::Endpoint& at, Guard guard, std::string& why);

}  // namespace waybill::http

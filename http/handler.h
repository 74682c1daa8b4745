// Handler: one route's answer. It reads the question and touches no store; what must read one comes
// back as a Read, which blocks and therefore runs on a worker. An answer is a Response, whole in
// memory, or a Stream, sent piece by piece.
//
// A handler runs on the server's thread, a Read on any; both may run beside others of the same
// route. What a Read holds it owns, or it outlives the server.
#pragma once

#include <functional>
#include <variant>

#include "http/request.h"
#include "http/response.h"
#include "http/stream.h"

namespace waybill::http {

using Answer = std::variant<Response, Stream>;
using Read = std::function<Answer()>;
using Plan = std::variant<Response, Read, Stream>;
using Handler = std::function<Plan(const Request&)>;

}  // namespace waybill::http

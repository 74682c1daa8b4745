// AccessLog: the record of who asked for what. A server that has one puts each answer of a route
// that asks for a scope on record before it leaves, refusals too (I9).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/request.h"
#include "http/response.h"
#include "runtime/result.h"
#include "runtime/task.h"

namespace waybill::http {

struct Access {
  const Request& request;  // who is its asker; null: nobody who is known
  std::string_view route;  // the template
  unsigned status = 0;
  Shown shown;
};

class AccessLog {
 public:
  virtual ~AccessLog() = default;

  // Any of the server's threads. Success: the answer may leave. Any error: it may not.
  virtual runtime::Task<runtime::Result<void>> record(Access access) = 0;
};

}  // namespace waybill::http

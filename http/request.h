// Request: what a handler sees of a question: a path and parameters, decoded, and the fields that
// came with it. Plain data; nothing of HTTP's framing.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/fields.h"
#include "runtime/endpoint.h"
#include "schemas/principal.h"

namespace waybill::http {

struct Parameter {
  std::string name;
  std::string value;
};

// How the request came.
struct Client {
  runtime::Endpoint from{};
};

struct Request {
  std::vector<std::string> segments;  // of the path, percent-decoded, UTF-8; "/" gives one, empty
  std::vector<Parameter> parameters;  // of the query, percent-decoded, in the order given
  std::vector<std::string> captured;  // what stands for the route's {names}, in their order
  std::string method;
  std::string target;  // as it came
  std::string trace;   // W3C traceparent
  Fields fields;       // as they came, in their order
  Client client{};
  // Why it is asked, for the record: the parameter "reason" or the field Waybill-Reason. No handler
  // sees the parameter.
  std::string reason{};
  // Who asks (principals.h); null: nobody who is known, on a route that asks for nothing.
  std::shared_ptr<const schemas::Principal> asker{};

  // What the asker may see; of nobody who is known, nothing.
  schemas::Sight sight() const { return asker ? asker->sight : schemas::Sight::of({}); }

  // Empty: there is none.
  std::string_view field(std::string_view name) const { return find_field(fields, name); }
};

}  // namespace waybill::http

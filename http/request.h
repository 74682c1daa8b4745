// Request: what a handler sees of a question: a path and parameters, decoded, and the fields that
// came with it. Plain data; nothing of HTTP's framing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/fields.h"

namespace waybill::http {

struct Parameter {
  std::string name;
  std::string value;
};

struct Request {
  std::vector<std::string> segments;  // of the path, percent-decoded, UTF-8; "/" gives one, empty
  std::vector<Parameter> parameters;  // of the query, percent-decoded, in the order given
  std::vector<std::string> captured;  // what stands for the route's {names}, in their order
  std::string method;
  std::string target;  // as it came
  std::string trace;   // W3C traceparent
  Fields fields;       // as they came, in their order

  // Empty: there is none.
  std::string_view field(std::string_view name) const { return find_field(fields, name); }
};

}  // namespace waybill::http

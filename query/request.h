// Request: what a handler sees of a question: a path and parameters, decoded. Plain data; nothing
// of HTTP's framing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace waybill::query {

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
  // Of these partitions alone; nullopt: of all. A server that asks another one names them.
  std::optional<std::vector<std::uint32_t>> partitions;
};

}  // namespace waybill::query

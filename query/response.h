// Response: what a handler answers. Length, date, connection and caching fields are the server's.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace waybill::query {

inline constexpr char kJsonType[] = "application/json";
inline constexpr char kProblemType[] = "application/problem+json";  // RFC 9457 3
inline constexpr char kTextType[] = "text/plain; charset=utf-8";

struct Response {
  unsigned status = 200;
  std::string content_type = kJsonType;
  std::string body;
  // Further fields. Values hold no control octets.
  std::vector<std::pair<std::string, std::string>> fields;
};

}  // namespace waybill::query

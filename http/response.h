// Response: an answer that is whole in memory. Length, date, connection and caching fields are the
// server's.
#pragma once

#include <string>

#include "http/fields.h"

namespace waybill::http {

inline constexpr char kJsonType[] = "application/json";
inline constexpr char kProblemType[] = "application/problem+json";  // RFC 9457 3
inline constexpr char kTextType[] = "text/plain; charset=utf-8";

struct Response {
  unsigned status = 200;
  std::string content_type = kJsonType;
  std::string body;
  Fields fields{};  // further ones
};

// What there is to say is in the status.
inline Response empty_object() {
  Response out;
  out.body = "{}";
  return out;
}

}  // namespace waybill::http

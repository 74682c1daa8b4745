// Tokens, and who looked at what, as lines for people, from objects of the API (docs/api.md). Pure:
// what strangers wrote is cleaned of everything that a terminal would act on.
#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace waybill::tools {

// "2026-03-01T12:00:00Z  token 4f2a61c0de12 (audit)  203.0.113.7  200  12 rows  GET /v1/...  why".
std::string access_line(const boost::json::object& access);

// "4f2a61c0de12  active  history,feed  example.org  audit  until 2026-06-01T00:00:00Z".
std::string token_line(const boost::json::object& token);

}  // namespace waybill::tools

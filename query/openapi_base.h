// The octets of schemas/openapi.json, which the build puts in place.
#pragma once

#include <string_view>

namespace waybill::query {

extern const std::string_view kOpenApiBase;

}  // namespace waybill::query

// The contract of the API as clients read it: schemas/openapi.json, in which the events are
// described as event.proto has them.
#pragma once

#include <string>

namespace waybill::query {

// OpenAPI 3.1, as JSON.
std::string openapi_document();

}  // namespace waybill::query

#include "query/openapi.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "query/openapi_base.h"
#include "schemas/event_schema.h"

namespace waybill::query {

namespace json = boost::json;

std::string openapi_document() {
  json::value document = json::parse(kOpenApiBase);
  json::object& schemas = document.at("components").at("schemas").as_object();
  for (auto& [name, schema] : schemas::event_schemas("#/components/schemas/")) {
    // What the file says of Event is what an answer adds to it: the place in the log.
    json::object& known =
        schemas[name].is_object() ? schemas[name].as_object() : schemas[name].emplace_object();
    json::object more = schema.as_object();
    if (auto* const properties = known.if_contains("properties")) {
      for (auto& [field, of_field] : properties->as_object()) {
        more.at("properties").as_object()[field] = of_field;
      }
    }
    for (auto& [member, value] : more) known[member] = value;
  }
  return json::serialize(document);
}

}  // namespace waybill::query

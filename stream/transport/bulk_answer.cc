#include "stream/transport/bulk_answer.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "schemas/json_members.h"
#include "schemas/strict_json.h"

namespace waybill::stream {

namespace json = boost::json;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

namespace {

void read_error(const json::object& error, BulkItem& out) {
  out.type = schemas::text_member(error, "type");
  out.reason = schemas::text_member(error, "reason");
  const json::object* const cause = schemas::object_member(error, "caused_by");
  if (cause == nullptr) return;
  const std::string_view deeper = schemas::text_member(*cause, "reason");
  if (!deeper.empty()) out.reason.append(": ").append(deeper);
}

}  // namespace

Explained<std::vector<BulkItem>> read_bulk_answer(std::string_view text) {
  const auto value = schemas::parse_strict_json(text);
  if (!value) return Failure{Errc::corrupt, "no JSON: " + value.error().why};
  const json::array* const items =
      value->is_object() ? schemas::array_member(value->as_object(), "items") : nullptr;
  if (items == nullptr) return Failure{Errc::corrupt, "no items in it"};
  std::vector<BulkItem> out;
  out.reserve(items->size());
  for (const json::value& item : *items) {
    // {"create": {"status": 201}}
    const json::object* const named = item.if_object();
    if (named == nullptr || named->size() != 1 || !named->begin()->value().is_object()) {
      return Failure{Errc::corrupt, "an item of it is none"};
    }
    const json::object& told = named->begin()->value().as_object();
    const auto status = schemas::number_member(told, "status");
    if (!status || *status < 100 || *status > 599) {
      return Failure{Errc::corrupt, "an item of it has no status"};
    }
    BulkItem& one = out.emplace_back();
    one.status = static_cast<unsigned>(*status);
    if (const auto* error = schemas::object_member(told, "error")) read_error(*error, one);
  }
  return out;
}

BulkItem read_bulk_error(std::string_view text) {
  BulkItem out;
  const auto value = schemas::parse_strict_json(text);
  if (!value || !value->is_object()) return out;
  if (const auto* error = schemas::object_member(value->as_object(), "error")) {
    read_error(*error, out);
  }
  return out;
}

}  // namespace waybill::stream

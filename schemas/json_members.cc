#include "schemas/json_members.h"

namespace waybill::schemas {

namespace json = boost::json;

std::string_view text_member(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return value->as_string();
}

std::optional<std::uint64_t> number_member(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code wrong;
  const auto number = value->to_number<std::uint64_t>(wrong);
  if (wrong) return std::nullopt;
  return number;
}

const json::array* array_member(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_array();
}

const json::object* object_member(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

std::string_view JsonMembers::text(std::string_view name) {
  const json::value* const value = object_.if_contains(name);
  if (value != nullptr && value->is_string()) return value->as_string();
  whole_ = false;
  return {};
}

bool JsonMembers::flag(std::string_view name) {
  const json::value* const value = object_.if_contains(name);
  if (value != nullptr && value->is_bool()) return value->as_bool();
  whole_ = false;
  return false;
}

std::uint64_t JsonMembers::number(std::string_view name) {
  const auto number = number_member(object_, name);
  if (!number) whole_ = false;
  return number.value_or(0);
}

const json::array& JsonMembers::array(std::string_view name) {
  static const json::array kNone;
  const json::array* const found = array_member(object_, name);
  if (found != nullptr) return *found;
  whole_ = false;
  return kNone;
}

}  // namespace waybill::schemas

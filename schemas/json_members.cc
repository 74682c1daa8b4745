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

const json::value* JsonMembers::find(std::string_view name) {
  const auto found = object_.find(name);
  if (found == object_.end()) return nullptr;
  asked_.insert(found->key());
  return &found->value();
}

const json::value& JsonMembers::member(std::string_view name) {
  static const json::value kNull;
  const json::value* const value = find(name);
  if (value == nullptr) expected(name, "to be there");
  return value == nullptr ? kNull : *value;
}

std::string_view JsonMembers::text(std::string_view name) {
  if (const auto* text = member(name).if_string()) return *text;
  expected(name, "a string");
  return {};
}

bool JsonMembers::flag(std::string_view name) {
  if (const bool* const flag = member(name).if_bool()) return *flag;
  expected(name, "true or false");
  return false;
}

std::uint64_t JsonMembers::number(std::string_view name) {
  member(name);
  const auto number = number_member(object_, name);
  if (!number) expected(name, "a whole number that is not negative");
  return number.value_or(0);
}

const json::array& JsonMembers::array(std::string_view name) {
  static const json::array kNone;
  if (const auto* array = member(name).if_array()) return *array;
  expected(name, "a list");
  return kNone;
}

void JsonMembers::no_others() {
  if (asked_.size() != object_.size()) expected("", "no member beside those that are known");
}

void JsonMembers::expected(std::string_view name, std::string_view what) {
  add_fault({runtime::Errc::invalid, this->name(name) + ": expected " + std::string(what)});
}

void JsonMembers::add_fault(runtime::Failure failure) {
  if (!fault_) fault_ = std::move(failure);
}

std::string JsonMembers::name(std::string_view member) const {
  if (path_.empty() || member.empty()) return path_ + std::string(member);
  return path_ + "." + std::string(member);
}

}  // namespace waybill::schemas

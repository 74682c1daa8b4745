// Members of a JSON object by name and type: each alone, for a reader that goes on without what is
// missing or of another type; or all of them, for a reader that then refuses the whole. Texts and
// lists point into the object, which outlives them. Pure, any thread.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

namespace waybill::schemas {

// Empty, nullopt, nullptr: it is missing or of another type. A number is one that 64 bits without
// a sign hold, whole.
std::string_view text_member(const boost::json::object& object, std::string_view name);
std::optional<std::uint64_t> number_member(const boost::json::object& object,
                                           std::string_view name);
const boost::json::array* array_member(const boost::json::object& object, std::string_view name);
const boost::json::object* object_member(const boost::json::object& object, std::string_view name);

// Every member that is asked for must be there: whole() says whether all were.
class JsonMembers {
 public:
  explicit JsonMembers(const boost::json::object& object) : object_(object) {}

  std::string_view text(std::string_view name);
  bool flag(std::string_view name);
  std::uint64_t number(std::string_view name);
  const boost::json::array& array(std::string_view name);

  // For a member that is there, but not what it should be.
  void refuse() { whole_ = false; }
  bool whole() const { return whole_; }

 private:
  const boost::json::object& object_;
  bool whole_ = true;
};

}  // namespace waybill::schemas

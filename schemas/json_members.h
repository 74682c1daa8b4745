// Members of a JSON object by name and type: each alone, for a reader that goes on without what is
// missing or of another type; or all of them, for a reader that then refuses the whole. Texts and
// lists point into the object, which outlives them. Pure, any thread.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "runtime/failure.h"

namespace waybill::schemas {

// Empty, nullopt, nullptr: it is missing or of another type. A number is one that 64 bits without
// a sign hold, whole.
std::string_view text_member(const boost::json::object& object, std::string_view name);
std::optional<std::uint64_t> number_member(const boost::json::object& object,
                                           std::string_view name);
const boost::json::array* array_member(const boost::json::object& object, std::string_view name);
const boost::json::object* object_member(const boost::json::object& object, std::string_view name);

// Every member that is asked for must be there, and be what its reader expects: fault() says what
// was not, first. What follows a fault is still read.
class JsonMembers {
 public:
  // `path`: what the object is called in words; empty: nothing.
  explicit JsonMembers(const boost::json::object& object, std::string path = {})
      : object_(object), path_(std::move(path)), fault_(own_fault_) {}
  // A part of what `outer` reads: its faults are those of `outer`, which outlives it.
  JsonMembers(const boost::json::object& object, std::string path, JsonMembers& outer)
      : object_(object), path_(std::move(path)), fault_(outer.fault_) {}
  JsonMembers(const JsonMembers&) = delete;
  JsonMembers& operator=(const JsonMembers&) = delete;

  // nullptr: it is not there, and need not be.
  const boost::json::value* find(std::string_view name);
  // Null where it is missing.
  const boost::json::value& member(std::string_view name);
  std::string_view text(std::string_view name);
  bool flag(std::string_view name);
  std::uint64_t number(std::string_view name);
  const boost::json::array& array(std::string_view name);

  // A fault where the object has a member that was not asked for.
  void no_others();
  // For a member that is there, but not what it should be; without a name, the object.
  void expected(std::string_view name, std::string_view what);
  void add_fault(runtime::Failure failure);

  // "route.aliases", of the member.
  std::string name(std::string_view member) const;
  const std::optional<runtime::Failure>& fault() const { return fault_; }
  bool whole() const { return !fault_; }

 private:
  const boost::json::object& object_;
  const std::string path_;
  std::optional<runtime::Failure> own_fault_;
  std::optional<runtime::Failure>& fault_;
  std::set<std::string_view> asked_;
};

}  // namespace waybill::schemas

// Header fields and the field groups of message/delivery-status, read leniently: what breaks the
// syntax is passed over, never fatal. Text has LF line ends.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::relay::returnpath::report {

// Reports are written by machines; what goes beyond these is somebody's play.
inline constexpr std::size_t kMaxFields = 2000;
inline constexpr std::size_t kMaxFieldOctets = 4096;

struct Field {
  std::string name;   // lower case
  std::string value;  // unfolded (RFC 5322 2.2.3), one clean line, at most kMaxFieldOctets
  friend bool operator==(const Field&, const Field&) = default;
};

using Fields = std::vector<Field>;

// Fields up to each empty line are one group (RFC 3464 2.1); empty groups are left out. White space
// before the colon is allowed (RFC 5322 4.5.8).
std::vector<Fields> read_field_groups(std::string_view text);

// All fields of `text` as one group: a message's header.
Fields read_fields(std::string_view text);

// The first value of that name (lower case); empty if there is none.
std::string_view first_value(const Fields& fields, std::string_view name);

// Whether the line begins a field: "Name:" or "Name :".
bool begins_field(std::string_view line);

}  // namespace waybill::relay::returnpath::report

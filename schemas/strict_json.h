// Strict JSON: RFC 8259 without what readers differ on. A name that comes twice in one object is
// refused (RFC 8259 4 leaves it open, and two readers would see two events); a number with a
// fraction or an exponent is the nearest double, exactly. UTF-8 is checked, nesting ends at
// kMaxJsonDepth. Pure, any thread.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "runtime/failure.h"

namespace waybill::schemas {

// Levels of objects and arrays; an event has five.
inline constexpr std::size_t kMaxJsonDepth = 16;

// Errc::invalid on any fault; the words name the octet where reading stopped.
runtime::Explained<boost::json::value> parse_strict_json(std::string_view text);

}  // namespace waybill::schemas

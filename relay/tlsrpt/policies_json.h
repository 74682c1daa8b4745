// The "policies" of a report (RFC 8460 4.4), as JSON and back. Pure functions.
#pragma once

#include <boost/json/array.hpp>
#include <optional>

#include "relay/tlsrpt/day_book.h"

namespace waybill::relay::tlsrpt {

boost::json::array json_of(const Policies& policies);

// nullopt: it is none. What json_of() gave is read as it was; what the bounds of day_book.h have no
// room for is left out.
std::optional<Policies> policies_of(const boost::json::array& policies);

}  // namespace waybill::relay::tlsrpt

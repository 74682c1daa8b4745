// An event as a JSON value, for an answer that it is a part of. The form is that of to_json()
// (event.h), which gives the text.
#pragma once

#include <boost/json/object.hpp>

#include "schemas/event.h"

namespace waybill::schemas {

boost::json::object to_json_object(const Event& event);

}  // namespace waybill::schemas

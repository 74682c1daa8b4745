// An event as a tree of JSON values, made in the plain way: what the text of it is held against.
#pragma once

#include <boost/json/object.hpp>

#include "schemas/event.h"

namespace waybill::tests {

boost::json::object event_tree(const schemas::Event& event);

}  // namespace waybill::tests

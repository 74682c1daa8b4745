// The conditions of an order that are more than one word: as JSON, in a job's file, and back.
//
//   {"parts":[{"role":"alias","address":"sales@example.org","any_case":false,"any_tag":false}],
//    "all_of":[{"not":true,"any_of":[{"of":"status","text":"5","beginning":false,"domain":""}]}],
//    "phrases":[[["two","words"]]]}
#pragma once

#include <boost/json/object.hpp>

#include "query/feed/filter.h"
#include "schemas/json_members.h"

namespace waybill::query::exports {

// `filter.parts` and `filter.wanted`, but for its times: an order has its own.
boost::json::object conditions_json(const feed::Filter& filter);
// Sets the same; what is wrong is a fault of `outer`, whose member `name` it is.
void read_conditions(const boost::json::object& object, std::string_view name,
                     schemas::JsonMembers& outer, feed::Filter& filter);

}  // namespace waybill::query::exports

// Everything about one message as one tree: message, recipients, targets, reports, way home. Pure:
// from what the API says of the message and of its deliveries, as JSON, for a part of it may be
// another node's, whose release may know more of it than this one.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <string>
#include <vector>

namespace waybill::query {

// The deliveries that the events of a message name, in the order in which they do. `events`: of the
// message, oldest first; what is no object is passed over, here and below.
std::vector<std::string> deliveries_named(const boost::json::array& events);

// {"recipients": [{"alias", "events", "deliveries": [{"delivery_id", "target", "state", ...,
// "events", "reports": [{"message_id", "bounced", "way_home"}]}]}], "events"}
// Each event stands once, at the node that it speaks of: what names no recipient at the root, what
// names no delivery at its recipient, what came back under its delivery. A report and what its own
// message met on the way home are one node where the digest of the one is that of the other.
// `deliveries`: answers of /v1/deliveries by id. One that is not there has what the message's own
// events say of it, and no state.
boost::json::object message_tree(const boost::json::array& events,
                                 const std::map<std::string, boost::json::object>& deliveries);

}  // namespace waybill::query

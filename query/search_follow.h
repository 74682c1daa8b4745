// Where a search goes on: the feed (docs/api.md), with filters that tell the events that the
// search's own answers would tell, once there are new ones. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <variant>

#include "query/search/query.h"

namespace waybill::query {

struct NotFollowed {
  std::string words;  // a sentence: why, and what can be followed
};

// "/v1/feed?address=sales%40example.org&role=alias&kind=bounced", to which `after` is added.
std::variant<std::string, NotFollowed> feed_of(const search::Query& query, runtime::WallTime now);

// {"target": ...} or {"refused": ...}
boost::json::object follow_json(const search::Query& query, runtime::WallTime now);

}  // namespace waybill::query

// Where a search reads the log itself (docs/api.md), with conditions that tell the events that the
// search's own answers would tell: the feed, once there are new ones; an export, all there are.
// Pure.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <variant>

#include "query/search/query.h"

namespace waybill::query {

enum class LogUse { followed, exported };

struct NotRead {
  std::string words;  // a sentence: why, and what can be asked
};

// "/v1/feed?address=sales%40example.org&role=alias&kind=bounced", to which `after` is added; of an
// export the target of its POST, with its times.
std::variant<std::string, NotRead> log_of(const search::Query& query, LogUse use,
                                          runtime::WallTime now);

// {"target": ...} or {"refused": ...}
boost::json::object log_json(const search::Query& query, LogUse use, runtime::WallTime now);

}  // namespace waybill::query

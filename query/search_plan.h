// The look-ups that a search comes to: each is an address of this API, which an index answers. What
// no index answers is refused with the reason, and a query that works: nothing is scanned through.
// Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "http/handler.h"
#include "query/search/query.h"
#include "query/sources.h"

namespace waybill::query {

struct LookUp {
  std::string title;   // of the group: "as alias"
  std::string target;  // "/v1/addresses/sales%40example.org/history?role=alias&limit=10"
  http::Plan (*plan)(const Sources&, const http::Request&) = nullptr;
  std::vector<std::string> captured;
  std::string cost;     // what it reads, in words
  std::string subject;  // what is looked at, for the record of who asked
};

struct NoIndex {
  std::string words;        // a sentence
  std::string try_instead;  // empty: none is known
};

// In the order in which groups are shown; none where the query only makes offers. `limit`: lines of
// each.
std::variant<std::vector<LookUp>, NoIndex> plan_look_ups(const search::Query& query,
                                                         std::size_t limit, runtime::WallTime now);

// The kinds of events that its conditions leave of all (question.h). nullopt: it speaks of a state
// of deliveries, which no event has.
std::optional<std::set<std::string>> kinds_of(const search::Query& query);

}  // namespace waybill::query

// A search as the question of /v1/events that it comes to, condition by condition. Pure.
#pragma once

#include <map>
#include <set>
#include <string>

#include "query/search/query.h"

namespace waybill::query {

class SearchEvents {
 public:
  // Why it cannot be one of them, as a sentence without its point; empty: it was taken.
  std::string take(const search::Condition& condition);
  // Further parameters.
  void set(const std::string& name, const std::string& value) { parameters_[name] = value; }

  bool has(const std::string& name) const { return parameters_.contains(name); }
  // Whether something of it leads to events (docs/api.md).
  bool leads() const { return leads_; }
  // "domain=example.org&rule=spam"
  std::string parameters() const;
  // "/v1/events?domain=example.org&rule=spam"
  std::string target() const;

 private:
  // Beside what the parameter holds already.
  void add(const std::string& name, const std::string& value, search::Sense sense);

  std::map<std::string, std::string> parameters_;
  std::set<std::string> with_;  // those that name what an event has
  std::size_t domains_ = 0;     // conditions that name domains of ours
  bool leads_ = false;
};

}  // namespace waybill::query

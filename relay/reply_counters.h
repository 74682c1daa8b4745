// ReplyCounters: replies to RCPT and to bodies, by code and by the rule that gave them. Any thread.
//
// Next hops choose codes, so series are bounded by kMostReplySeries; beyond it replies are counted
// under the code "other".
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "runtime/metrics.h"
#include "runtime/mutex.h"
#include "schemas/reply.h"

namespace waybill::relay {

inline constexpr std::size_t kMostReplySeries = 300;

class ReplyCounters {
 public:
  // `metrics` outlives it.
  explicit ReplyCounters(runtime::Metrics& metrics) : metrics_(metrics) {}

  // `to`: "RCPT" or "body". `rule`: a word of docs/rules.md; a route's own name, which has an "@",
  // is counted as "route"; empty where none is known, for a next hop's reply.
  void count(std::string_view to, const schemas::Reply& reply, std::string_view rule);

 private:
  using Series = std::tuple<std::string, std::string, std::string>;  // to, code, rule
  runtime::Counter& counter_of(const Series& series) WAYBILL_REQUIRES(mutex_);

  runtime::Metrics& metrics_;
  runtime::Mutex mutex_;
  std::map<Series, runtime::Counter*> counters_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::relay

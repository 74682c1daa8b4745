#include "relay/reply_counters.h"

namespace waybill::relay {

void ReplyCounters::count(std::string_view to, const schemas::Reply& reply, std::string_view rule) {
  const bool is_route = rule.find('@') != rule.npos;
  Series series{to, std::to_string(reply.code), is_route ? "route" : rule};
  const runtime::MutexLock lock(mutex_);
  if (counters_.size() >= kMostReplySeries && !counters_.contains(series)) {
    series = {std::string(to), "other", ""};
  }
  counter_of(series).add();
}

runtime::Counter& ReplyCounters::counter_of(const Series& series) {
  runtime::Counter*& counter = counters_[series];
  if (counter == nullptr) {
    const auto& [to, code, rule] = series;
    counter = &metrics_.counter("waybill_smtp_replies_total",
                                "Replies to RCPT and to bodies, by code and rule",
                                {{"to", to}, {"code", code}, {"rule", rule}});
  }
  return *counter;
}

}  // namespace waybill::relay

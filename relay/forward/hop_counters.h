// HopCounters: how next hops ended what they were asked, by the provider that they are of and by
// what a refusal is about. Series are bounded: providers are those of the configuration, rules our
// own words. Any thread.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "relay/forward/hop_answer.h"
#include "runtime/metrics.h"
#include "runtime/mutex.h"

namespace waybill::relay::forward {

class HopCounters {
 public:
  // `metrics` outlives it.
  explicit HopCounters(runtime::Metrics& metrics) : metrics_(metrics) {}

  // `provider`: its name (providers.h); empty for all others, counted as "other".
  void count(std::string_view provider, const HopAnswer& answer);

 private:
  using Series = std::tuple<std::string, std::string, std::string>;  // provider, answer, rule

  runtime::Metrics& metrics_;
  runtime::Mutex mutex_;
  std::map<Series, runtime::Counter*> counters_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::relay::forward

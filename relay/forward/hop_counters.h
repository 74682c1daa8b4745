// HopCounters: how next hops ended what they were asked, by the provider that they are of and by
// what a refusal is about, and by the domain of the target. Series are bounded: providers are those
// of the configuration, rules our own words, domains are kMostDomains. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <tuple>

#include "relay/forward/hop_answer.h"
#include "runtime/metrics.h"
#include "runtime/mutex.h"

namespace waybill::relay::forward {

// Domains of targets that have series of their own, the first that are asked since the start: so
// many a time series database holds with ease, and a page shows. All later ones are "other".
inline constexpr std::size_t kMostDomains = 200;

class HopCounters {
 public:
  // `metrics` outlives it.
  explicit HopCounters(runtime::Metrics& metrics) : metrics_(metrics) {}

  // `provider`: its name (providers.h); empty for all others, counted as "other".
  void count(std::string_view provider, const HopAnswer& answer);
  // `domain`: of a target of ours; never one that a stranger chose.
  void count_domain(std::string_view domain, const HopAnswer& answer);

 private:
  using Series = std::tuple<std::string, std::string, std::string>;  // provider, answer, rule

  runtime::Metrics& metrics_;
  runtime::Mutex mutex_;
  std::map<Series, runtime::Counter*> counters_ WAYBILL_GUARDED_BY(mutex_);
  // By kind of answer; null: it has had none.
  using OfDomain = std::array<runtime::Counter*, std::size_t(HopAnswer::Kind::in_doubt) + 1>;
  std::map<std::string, OfDomain, std::less<>> domains_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::relay::forward

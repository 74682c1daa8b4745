// Providers: operators of many domains' mail, by the names of their servers, and how many messages
// a minute each is sent. A burst that a provider takes badly costs the good name of this server for
// days; what is beyond is put off, and its senders come again.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/leaky_bucket.h"
#include "runtime/mutex.h"
#include "runtime/time.h"

namespace waybill::relay::forward {

struct Provider {
  std::vector<std::string> hosts;  // domains of its servers, lower case: "google.com"
  std::uint32_t rate = 0;          // messages a minute; 0: as many as come

  friend bool operator==(const Provider&, const Provider&) = default;
};
using Providers = std::map<std::string, Provider>;  // by name

// An established server is well below what these allow, and a new one is told what to set.
inline constexpr std::uint32_t kProviderRate = 600;
// The large ones, each at kProviderRate.
Providers known_providers();

// The name of the provider that has the server; empty: nobody's that is named.
std::string_view provider_of(const Providers& providers, std::string_view mx_host);

// Counts what goes to each. Smoothed: as much goes at once as the rate allows in kBurst. Any
// thread.
class ProviderRates {
 public:
  static constexpr std::chrono::seconds kBurst{10};

  // `providers` outlives it.
  explicit ProviderRates(const Providers& providers) : providers_(providers) {}

  // One message more to that server, which counts from now on; false: its provider has had as many
  // as it may now.
  bool take(std::string_view mx_host, runtime::Instant now);

  // What was taken at `taken` was not sent after all: what of it has not run out by now is not
  // counted any more.
  void give_back(std::string_view mx_host, runtime::Instant taken, runtime::Instant now);

  std::string_view name_of(std::string_view mx_host) const {
    return provider_of(providers_, mx_host);
  }

 private:
  const Providers& providers_;
  runtime::Mutex mutex_;
  std::map<std::string_view, runtime::LeakyBucket> sent_ WAYBILL_GUARDED_BY(mutex_);  // by name
};

}  // namespace waybill::relay::forward

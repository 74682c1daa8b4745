// Rates: how many recipients clients, their networks and senders' domains may name in an hour
// ([door]), over all sessions: a leaky bucket each, which runs out in an hour.
//
// Promises: what is not limited costs nothing. Memory is bounded by kMaxRated of each kind: beyond
// it those are forgotten first that have the most room. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "relay/door/door_settings.h"
#include "runtime/leaky_bucket.h"
#include "runtime/mutex.h"
#include "runtime/time.h"

namespace waybill::relay::door {

// Some ten megabytes of each kind; a crowd of more is held back by max_sessions alone.
inline constexpr std::size_t kMaxRated = 100'000;

// Who has named as many as they may.
enum class Exceeded { client, network, sender_domain };

class Rates {
 public:
  explicit Rates(const DoorSettings& settings)
      : clients_{settings.recipients_per_client},
        networks_{settings.recipients_per_network},
        sender_domains_{settings.recipients_per_sender_domain} {}

  // One recipient more; nullopt: it has room, and counts from now on. `sender_domain`: empty for
  // the null sender, whose reports are limited by client and network alone.
  std::optional<Exceeded> take(const runtime::IpAddress& client, const std::string& sender_domain,
                               runtime::Instant now);

 private:
  struct Buckets {
    std::uint32_t per_hour = 0;                                      // 0: no limit
    std::unordered_map<std::string, runtime::LeakyBucket> levels{};  // of recipients

    double level(const std::string& key, runtime::Instant now) const;
    bool full(const std::string& key, runtime::Instant now) const;
    void add(const std::string& key, runtime::Instant now);
    void forget(runtime::Instant now);
  };

  runtime::Mutex mutex_;
  Buckets clients_ WAYBILL_GUARDED_BY(mutex_);
  Buckets networks_ WAYBILL_GUARDED_BY(mutex_);
  Buckets sender_domains_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::relay::door

// Patience: how much clients may have refused, in all their sessions of an hour. One that has had
// its share is turned away until half of it is free again, and those sessions are summed: a flood
// leaves one event that says how many, not one for each.
//
// A leaky bucket for each client (client_network.h): `per_hour` refusals, which run out in an hour.
// A recipient whose message is taken makes up for one of them, so a large sender of good mail, some
// of whose recipients are gone, is never turned away.
// Memory is bounded by kMaxClientsRemembered. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "runtime/endpoint.h"
#include "runtime/leaky_bucket.h"
#include "runtime/mutex.h"
#include "runtime/time.h"

namespace waybill::relay {

// Some ten megabytes. A crowd of more is held back by max_sessions alone.
inline constexpr std::size_t kMaxClientsRemembered = 100'000;
// A crowd of so many is looked through for those that may be forgotten at most so often.
inline constexpr std::chrono::seconds kForgetEvery{10};
// A sum is due once nobody was turned away for so long ...
inline constexpr std::chrono::seconds kSumAfter{10};
// ... or at the latest so long after the first.
inline constexpr std::chrono::minutes kSumEvery{1};

class Patience {
 public:
  explicit Patience(std::uint32_t per_hour) : per_hour_(per_hour) {}

  // So many refusals were said to the client.
  void refused(const runtime::IpAddress& client, std::uint32_t times, runtime::Instant now);
  // A message of the client's was taken, for so many recipients.
  void taken(const runtime::IpAddress& client, std::size_t recipients, runtime::Instant now);
  // The client has had its share.
  bool used_up(const runtime::IpAddress& client, runtime::Instant now);
  // The same at the beginning of a session, which is then counted as turned away.
  bool turns_away(const runtime::IpAddress& client, runtime::Instant now);

  // Sessions of one client that were turned away.
  struct Sum {
    runtime::IpAddress client;  // of IPv6 the /64, zeros behind it
    std::uint64_t sessions = 0;
  };
  enum class Which { due, all };
  // Each is given once.
  std::vector<Sum> take_sums(Which which, runtime::Instant now);

 private:
  struct Record {
    runtime::LeakyBucket refusals{};
    bool used_up = false;
    std::uint64_t turned_away = 0;  // not summed yet
    runtime::Instant first{};
    runtime::Instant last{};
  };
  void drain(Record& record, runtime::Instant now) const;
  Record* find(const runtime::IpAddress& client, runtime::Instant now) WAYBILL_REQUIRES(mutex_);
  void forget_drained(runtime::Instant now) WAYBILL_REQUIRES(mutex_);

  const std::uint32_t per_hour_;
  runtime::Mutex mutex_;
  std::map<runtime::IpAddress, Record> clients_ WAYBILL_GUARDED_BY(mutex_);
  std::uint64_t to_sum_ WAYBILL_GUARDED_BY(mutex_) = 0;
  runtime::Instant forgot_at_ WAYBILL_GUARDED_BY(mutex_){};
};

}  // namespace waybill::relay

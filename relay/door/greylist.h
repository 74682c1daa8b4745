// Greylist: who has come again (RFC 6647 2.3). A client's network and the domain of its sender that
// are not known are put off once; whoever comes again after greylist_wait is taken, and known from
// then on. What stays away for longer than greylist_retry, or once known for longer than
// greylist_remember, begins anew.
//
// What it knows follows from the log: a Deferred by the rule `greylist` is a first try, an Accepted
// is mail that was taken. The relay tells it what it has put on record; at the start what is in the
// journal (app/roles/greylist_memory.h). Wall time, for the log has no other: of a clock that was
// set back, what lies ahead counts as now.
//
// Memory is bounded by kMaxGreylisted: beyond it those are forgotten that were heard of the longest
// ago, and wait once more. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "relay/door/door_settings.h"
#include "runtime/mutex.h"
#include "runtime/time.h"

namespace waybill::relay::door {

// Some 200 octets each.
inline constexpr std::size_t kMaxGreylisted = 500'000;

// The IPv4 /24 or the IPv6 /64 of the client, and the domain of its reverse-path; of the null
// sender none. Large senders come again from another address of their network.
std::string greylist_key(const runtime::IpAddress& client, std::string_view sender_domain);

class Greylist {
 public:
  explicit Greylist(const DoorSettings& settings)
      : wait_(settings.greylist_wait),
        retry_(settings.greylist_retry),
        remember_(settings.greylist_remember) {}

  // How much longer it is to wait; nullopt: it is taken.
  std::optional<std::chrono::seconds> waits(const std::string& key, runtime::WallTime now);

  // What is on record.
  void put_off(const std::string& key, runtime::WallTime at);
  void taken(const std::string& key, runtime::WallTime at);

 private:
  struct Known {
    runtime::WallTime first{};  // try, since it is awaited
    runtime::WallTime last{};   // that mail was taken; the epoch: never yet
    std::uint64_t number = 0;   // of its newest place in order_
    bool is_taken() const { return last != runtime::WallTime{}; }
  };
  Known& touch(const std::string& key) WAYBILL_REQUIRES(mutex_);
  bool is_over(const Known& known, runtime::WallTime now) const;

  const runtime::Duration wait_;
  const runtime::Duration retry_;
  const runtime::Duration remember_;
  runtime::Mutex mutex_;
  std::unordered_map<std::string, Known> known_ WAYBILL_GUARDED_BY(mutex_);
  // Oldest first; a place whose number is not its key's newest counts for nothing.
  std::deque<std::pair<std::uint64_t, std::string>> order_ WAYBILL_GUARDED_BY(mutex_);
  std::uint64_t next_number_ WAYBILL_GUARDED_BY(mutex_) = 1;
};

}  // namespace waybill::relay::door

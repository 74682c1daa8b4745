// Tries: what earlier tries of the same mail have come to, so that a retry goes on from there.
//
// A sender whose mail was put off (4yz) comes again with the same envelope. Two things must not
// begin anew then:
//
//   the return path   a greylister knows a mail by client, sender and recipient; a retry whose
//                     reverse-path is another one is a new mail to it, for ever. So a delivery that
//                     a next hop deferred lends its id, and with it its return path, to the next
//                     try; it is lent to one try at a time, and gone once a next hop took a
//                     message by it, or may have taken one.
//   deliveries done   of a message with several targets that was answered 451 some have it. A
//                     retry, known by envelope and digest, goes to the others alone.
//
// What is done stands in the log (Forwarded.content_digest); this is its short memory, filled from
// the views at the start, and in a cluster from what other relays have on record (loans.h). One for
// the process. Any thread. Bounded: beyond kMostTries the oldest
// are given up, which costs a greylister's patience or a second copy, and no mail.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/crypto.h"
#include "runtime/mutex.h"
#include "runtime/time.h"
#include "schemas/ids.h"
#include "schemas/limits.h"

namespace waybill::relay::plan {

// Some 200 octets each, 20 MiB in all, where each has one content.
inline constexpr std::size_t kMostTries = 100'000;
// Tries that go on under one delivery, each of some events: its row takes some 1,000
// (projector/views/delivery_row.h), and what comes after the last is to be there. A mail a minute
// to a mailbox that is full for hours would have them; the next one begins anew.
inline constexpr std::uint32_t kMostTriesOfOne = 100;
// Contents remembered of one envelope: mails of one sender to one alias that are half done at a
// time.
inline constexpr std::size_t kMostContents = 64;

// One delivery's envelope: reverse-path, alias and target, as the log has them. The sender is
// hashed as it was given.
struct TryKey {
  std::string octets;  // kTryKeyOctets of SHA-256
  friend bool operator==(const TryKey&, const TryKey&) = default;
};
inline constexpr std::size_t kTryKeyOctets = 16;
TryKey try_key(std::string_view sender, std::string_view alias, std::string_view target);

// The octets of SHA-256 that tell one content from another (Forwarded.content_digest).
inline constexpr std::size_t kContentDigestOctets = 16;

class Tries {
 public:
  // The delivery that a next hop has deferred, if it began less than kRetryLife ago and had fewer
  // than kMostTriesOfOne tries. It is the caller's until put_off() gives it back.
  std::optional<schemas::DeliveryId> take(const TryKey& key, runtime::WallTime now);
  void put_off(const TryKey& key, const schemas::DeliveryId& delivery);
  // The loan is over, and the delivery is not there for a next try.
  void spent(const TryKey& key, const schemas::DeliveryId& delivery);

  // What another relay of the cluster has on record. A delivery that is lent here stays so, and one
  // that this relay has put off itself is not forgotten for an older one.
  void hear_put_off(const TryKey& key, const schemas::DeliveryId& delivery);
  void hear_spent(const TryKey& key, const schemas::DeliveryId& delivery);

  // Whether any content was handed over under this envelope within kDoneLife.
  bool any_done(const TryKey& key, runtime::WallTime now);
  // The delivery that brought this content to the target.
  std::optional<schemas::DeliveryId> done(const TryKey& key, std::string_view digest,
                                          runtime::WallTime now);
  void remember_done(const TryKey& key, std::string_view digest,
                     const schemas::DeliveryId& delivery, runtime::WallTime at);

 private:
  struct Content {
    std::string digest;
    schemas::DeliveryId delivery;
    runtime::WallTime at;
  };
  struct Known {
    std::optional<schemas::DeliveryId> put_off;
    schemas::DeliveryId lent;  // the last one, how often, and whether it is out now
    std::uint32_t loans = 0;
    bool out = false;
    std::vector<Content> done;
    std::uint64_t number = 0;  // of its newest place in order_
  };

  Known& touch(const TryKey& key) WAYBILL_REQUIRES(mutex_);
  void end_loan(Known& known, const schemas::DeliveryId& delivery) const WAYBILL_REQUIRES(mutex_);
  void drop_old(Known& known, runtime::WallTime now) const WAYBILL_REQUIRES(mutex_);

  runtime::Mutex mutex_;
  std::unordered_map<std::string, Known> known_ WAYBILL_GUARDED_BY(mutex_);
  // Oldest first; a place whose number is not its key's newest counts for nothing.
  std::deque<std::pair<std::uint64_t, std::string>> order_ WAYBILL_GUARDED_BY(mutex_);
  std::uint64_t next_number_ WAYBILL_GUARDED_BY(mutex_) = 1;
};

}  // namespace waybill::relay::plan

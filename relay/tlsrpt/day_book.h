// DayBook: the sessions of each domain, by day (UTC) and policy, until they are reported (RFC 8460
// 4.1), and as the text of a file that outlives the process.
//
// The journal cannot be it: it has deliveries where a report wants sessions, and neither the
// policies that they were held against nor the TLS that failed before mail went in clear.
//
// One thread at a time. Bounded: what has no room is not kept, and its caller is told.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/tlsrpt/session.h"
#include "runtime/time.h"

namespace waybill::relay::tlsrpt {

using Date = std::chrono::sys_days;

// Of one day. A relay that forwards to more next hops' domains than that in a day is a large one.
inline constexpr std::size_t kMostDomains = 10'000;
// Of one domain in one day: with DANE each of its 16 exchanges has one, and some may change.
inline constexpr std::size_t kMostPolicies = 32;
// Kinds of failure under one policy: hosts and their addresses times what was wrong.
inline constexpr std::size_t kMostDetails = 50;
// Octets of all of it together, about as it stands in the file.
inline constexpr std::size_t kMostOctets = 8 << 20;
// Octets of a failure's reason: a line, which a stranger may have written.
inline constexpr std::size_t kMostReason = 200;

struct Tally {
  std::uint64_t successful = 0;
  std::uint64_t failed = 0;
  std::map<Failure, std::uint64_t> details;  // what has no room here is in `failed` all the same
  friend bool operator==(const Tally&, const Tally&) = default;
};

using Policies = std::map<AppliedPolicy, Tally>;

struct Day {
  // When it was begun to be written, which tells it from another one of the same date.
  runtime::WallTime begun{};
  std::map<std::string, Policies, std::less<>> domains;
};

class DayBook {
 public:
  // False: the session, or what was wrong with it, has no room. Where the clock was set back behind
  // a midnight, what comes belongs to the day after the last one that ended: a day that may be
  // reported already does not change.
  bool count(const Session& session, runtime::WallTime now);

  // The days that have ended, and from now on take nothing. Days that lie ahead were counted by a
  // clock that was wrong, and are forgotten.
  std::vector<Date> ended(runtime::WallTime now);

  // Nothing is known of others: nullptr.
  const Day* find(Date date) const;

  // Its report is sent, or nobody wants it.
  void done(Date date, std::string_view domain);

  // A line for each domain of a day, in JSON.
  std::string text() const;
  // Lines that do not parse, or have no room, are passed over.
  static DayBook read(std::string_view text);

 private:
  Date day_for(runtime::WallTime now) const;
  bool make_room(std::size_t octets);

  std::map<Date, Day> days_;
  std::optional<Date> closed_;  // the last that ended
  std::size_t octets_ = 0;
};

}  // namespace waybill::relay::tlsrpt

// PolicyBook: the policies of domains, for as long as each is in force (RFC 8461 5.1), and as the
// text of a file that outlives the process: who takes away a domain's record, or its web server,
// must not take away what it has asked for before.
//
// One thread at a time. At most kMostDomains; beyond that, those go that would end soonest.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/sts/policy.h"
#include "runtime/time.h"

namespace waybill::relay::sts {

// Some 200 octets each, 25 KiB at the very most (kMostPatterns).
inline constexpr std::size_t kMostDomains = 10'000;
// Octets of all of them together, as they stand in the file.
inline constexpr std::size_t kMostOctets = 8 << 20;

struct Entry {
  std::string id;  // of the record that it was fetched for
  Policy policy;
  runtime::WallTime fetched;
  friend bool operator==(const Entry&, const Entry&) = default;
};

class PolicyBook {
 public:
  // What is in force; nullptr: nothing.
  const Entry* find(std::string_view domain, runtime::WallTime now) const;
  void put(std::string domain, Entry entry, runtime::WallTime now);

  // Those to be fetched again (RFC 8461 10.2), so that none ends unasked: after a day, or after
  // half of their time.
  std::vector<std::string> due(runtime::WallTime now) const;

  std::size_t size() const { return entries_.size(); }

  // "DOMAIN ID MODE MAX_AGE FETCHED MX,MX\n" each; FETCHED in seconds of Unix.
  std::string text() const;
  // Lines that do not parse are passed over, and so is what is no longer in force.
  static PolicyBook read(std::string_view text, runtime::WallTime now);

 private:
  void make_room(runtime::WallTime now);

  std::map<std::string, Entry, std::less<>> entries_;
  std::size_t octets_ = 0;
};

}  // namespace waybill::relay::sts

// DoorSettings: what an operator asks of clients before mail of theirs is taken ([door]). By
// default: nothing.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "relay/door/answer_pattern.h"
#include "runtime/network.h"

namespace waybill::relay::door {

// A DNS list (RFC 5782): whom it names is worth so much against a client, or for it.
struct DnsList {
  std::string zone;  // lower case, no trailing dot
  int weight = 10;   // below 0: it names those that are well known
  std::vector<AnswerPattern> listings{{{{{127, 127}, {0, 0}, {0, 0}, {2, 254}}}}};
  friend bool operator==(const DnsList&, const DnsList&) = default;
};

// What is asked of the names of a client's address.
enum class ReverseDns {
  off,
  named,      // it has one (a PTR record)
  confirmed,  // and one of them leads back to the address
};
inline constexpr std::array<std::string_view, 3> kReverseDnsWords = {"off", "named", "confirmed"};

// What is asked of the name in HELO and EHLO.
enum class HeloRule {
  off,
  not_ours,  // it is neither our own name nor our address
  strict,  // and it is a name of two labels at least, or the client's own address (RFC 5321 4.1.3)
};
inline constexpr std::array<std::string_view, 3> kHeloRules = {"off", "not-ours", "strict"};

inline std::string_view word_of(ReverseDns asked) {
  return kReverseDnsWords[static_cast<std::size_t>(asked)];
}
inline std::string_view word_of(HeloRule rule) {
  return kHeloRules[static_cast<std::size_t>(rule)];
}

struct DoorSettings {
  std::vector<runtime::Network> exempt;  // of which nothing here is asked

  // Before the greeting; whoever speaks meanwhile is no mail server. 0: none is waited for.
  std::chrono::seconds greeting_delay{0};
  HeloRule helo = HeloRule::off;
  ReverseDns reverse_dns = ReverseDns::off;

  std::vector<DnsList> lists;
  std::uint32_t refuse_at = 10;  // the sum of the weights of those that name a client

  // Recipients in an hour; 0: as many as come.
  std::uint32_t recipients_per_client = 0;         // an IPv4 address, an IPv6 /64
  std::uint32_t recipients_per_network = 0;        // an IPv4 /24, an IPv6 /48
  std::uint32_t recipients_per_sender_domain = 0;  // of the reverse-path

  bool greylist = false;                          // RFC 6647
  std::chrono::seconds greylist_wait{300};        // until a retry is taken
  std::chrono::hours greylist_retry{48};          // after which it is a first try again
  std::chrono::hours greylist_remember{24 * 36};  // since mail was taken last

  bool asks_dns() const { return reverse_dns != ReverseDns::off || !lists.empty(); }
  bool is_exempt(const runtime::IpAddress& client) const;
  friend bool operator==(const DoorSettings&, const DoorSettings&) = default;
};

}  // namespace waybill::relay::door

// Next hops of a domain (RFC 5321 5.1): where to connect, in order.
//
// Promises: MX records by preference, shuffled within one; CNAMEs followed; no MX record: the
// domain itself as an implicit MX. The IPv6 and IPv4 addresses of one exchange alternate, IPv6
// first. An exchange without addresses is passed over, and so is one written as an address. All
// exchanges are asked at one time: one whose DNS is silent costs time until the deadline, but hides
// no other.
//
// TLSA records (RFC 7672 2.2) are asked for where that is wanted, and where the answers that name
// the exchange and its addresses are secure: what an attacker could have named himself proves
// nothing. Their base domain is the end of the exchange's aliases, or else the exchange itself. An
// alias of a signed zone that leads into one without signatures has none here, though RFC 7672
// 2.2.2 would look beside it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runtime/chance.h"
#include "runtime/dns/resolver.h"
#include "runtime/endpoint.h"
#include "schemas/reply.h"

namespace waybill::relay::dns {

inline constexpr std::uint16_t kSmtpPort = 25;
// Addresses tried for one delivery: a sender waits at RCPT while we dial, so not every address of a
// large provider can have its turn.
inline constexpr std::size_t kMaxCandidates = 8;
// MX records looked at; an answer may hold hundreds.
inline constexpr std::size_t kMaxExchanges = 16;

struct Candidate {
  std::string mx_host;  // the exchange, or the domain itself (implicit MX), or the literal
  runtime::Endpoint endpoint;
  std::optional<runtime::Dane> dane{};  // its TLSA records, one at least, where they are secure
  // Why nobody knows whether it has some: it is not to be used (RFC 7672 2.1.2). It stands for all
  // addresses of its host then.
  std::string tlsa_failure{};
  // Nobody on the way can have put another name in the place of this one: no MX record names it, or
  // signed ones do.
  bool surely_named = false;
  friend bool operator==(const Candidate&, const Candidate&) = default;
};

// Why there is nowhere to go, as the reply that says so:
//   null MX (RFC 7505)                             556 5.1.10
//   NXDOMAIN; no MX, A or AAAA; no usable MX       550 5.1.2
//   only ourselves, or we come first               554 5.4.6
//   DNS gave no answer where one could have helped 451 4.4.3
// Null MX records beside real ones are a mistake that RFC 7505 3 forbids and gives no rule for; the
// real ones are used, as a domain that names a server wants its mail.
using NextHops = std::variant<std::vector<Candidate>, schemas::Reply>;

// Who we are, so that mail is not sent to ourselves: host names (lower case), which count on port
// 25 only, and the endpoints that we listen on. An unspecified address there ("0.0.0.0:25") stands
// for loopback; the addresses that the world knows must be named. An exchange that is one of our
// names, or resolves to one of our endpoints, and all of equal or higher preference value are
// dropped (RFC 5321 5.1).
struct Ourselves {
  std::vector<std::string> names;
  std::vector<runtime::Endpoint> endpoints;
};

// `domain`: lower case. `port` stands in for 25 on whichever host is found. `resolver`, `chance`
// and `ourselves` outlive the task. TLSA records are asked for where `tlsa_from` is given, from
// then on at the latest: what is not known of the addresses by then stays unknown.
runtime::Task<NextHops> find_next_hops(runtime::dns::Resolver& resolver, runtime::Chance& chance,
                                       const Ourselves& ourselves, std::string domain,
                                       std::optional<std::uint16_t> port, runtime::Instant deadline,
                                       std::optional<runtime::Instant> tlsa_from = {});

// The same of one host by its own name, without MX: a client of RFC 6409 is told whom to ask. What
// keeps it from being reached is the operator's to mend, and no sender's: 451 4.4.3.
runtime::Task<NextHops> find_one_host(runtime::dns::Resolver& resolver, const Ourselves& ourselves,
                                      std::string host, std::uint16_t port,
                                      runtime::Instant deadline,
                                      std::optional<runtime::Instant> tlsa_from = {});

// Whether a connection to there ends at this server.
bool is_our_endpoint(const Ourselves& ourselves, const runtime::Endpoint& at);

}  // namespace waybill::relay::dns

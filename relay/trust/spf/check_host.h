// check_host: may this client send mail for this domain? RFC 7208 4.
//
// Promises: ends by the deadline (temperror then, if nothing was decided), after at most the DNS
// questions that the limits below allow. Never fails otherwise: whatever the sender, the client or
// the DNS hold, the answer is one of the seven results of RFC 7208 2.6.
//
// The caller owes: the resolver outlives the task.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "runtime/dns/resolver.h"
#include "runtime/endpoint.h"
#include "runtime/task.h"
#include "runtime/time.h"

namespace waybill::relay::trust::spf {

// RFC 7208 4.6.4. Terms that ask the DNS, over the whole evaluation with includes and redirects.
inline constexpr int kMaxLookUps = 10;
// Of them, those whose own question met an empty answer or a missing name.
inline constexpr int kMaxVoidLookUps = 2;
// Exchanges of one mx (more: permerror) and names of one address (more: the rest is ignored).
inline constexpr std::size_t kMaxNames = 10;
// Octets of an explanation: fits one reply line (RFC 5321 4.5.3.1.5) beside our own words.
inline constexpr std::size_t kMaxExplanation = 256;

// RFC 7208 2.6.
enum class SpfCode { none, neutral, pass, fail, softfail, temperror, permerror };
// The words of RFC 7208 2.6 and RFC 8601 2.7.2.
std::string_view word(SpfCode code);

// Who was judged: the reverse path's domain, or for a null sender that of HELO (RFC 7208 2.4).
enum class SpfIdentity { mail_from, helo };

struct SpfRequest {
  runtime::IpAddress client;
  std::string helo;
  std::string sender;    // "local@domain", no angle brackets; empty for a null reverse path
  std::string receiver;  // our own name, for explanations
  runtime::WallTime now{};
};

struct SpfResult {
  SpfCode code = SpfCode::none;
  SpfIdentity identity = SpfIdentity::mail_from;
  std::string domain;       // that was judged; lower case; empty if there is none
  std::string mechanism;    // that matched, as written in its record; empty if none did
  std::string explanation;  // the domain owner's, for fail alone; printable ASCII; else empty
  std::string reason;       // one short sentence for people; printable ASCII
};

runtime::Task<SpfResult> check_host(runtime::dns::Resolver& resolver, SpfRequest request,
                                    runtime::Instant deadline);

}  // namespace waybill::relay::trust::spf

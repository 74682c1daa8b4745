#include "relay/forward/demand.h"

#include <algorithm>

namespace waybill::relay::forward {

bool asks_tlsa(TlsLevel level) {
  switch (level) {
    case TlsLevel::none:
    case TlsLevel::verified: return false;
    case TlsLevel::opportunistic:
    case TlsLevel::required:
    case TlsLevel::dane: return true;
  }
  return false;
}

bool asks_policy(TlsLevel level) {
  switch (level) {
    case TlsLevel::none:
    case TlsLevel::dane: return false;
    case TlsLevel::opportunistic:
    case TlsLevel::required:
    case TlsLevel::verified: return true;
  }
  return false;
}

namespace {

constexpr const char* kNotNamed = "its domain's policy (MTA-STS) does not name it";

Demand by_dns(TlsLevel level, const dns::Candidate& host) {
  Demand out;
  out.level = level;
  if (!asks_tlsa(level)) return out;
  if (!host.tlsa_failure.empty()) {
    out.never_why = host.tlsa_failure;
  } else if (host.dane && runtime::any_usable(*host.dane)) {
    out.level = TlsLevel::dane;
    out.dane = *host.dane;
  } else if (level == TlsLevel::dane) {
    out.never_why = host.dane ? "no TLSA record of it can be used"
                              : "it has no TLSA records that DNSSEC vouches for";
  } else if (host.dane) {
    out.level = std::max(level, TlsLevel::required);
  }
  return out;
}

}  // namespace

Demand demand_of(TlsLevel level, const dns::Candidate& host, const sts::Policy& policy) {
  Demand out = by_dns(level, host);
  const bool binds = policy.mode == sts::Mode::enforce && asks_policy(level);
  const bool above = asks_tlsa(level) && (host.dane || !host.tlsa_failure.empty());
  if (!binds || above) return out;
  if (!sts::names_host(policy, host.mx_host)) {
    out.never_why = kNotNamed;
  } else {
    out.level = TlsLevel::verified;
  }
  return out;
}

bool is_surely_named(const dns::Candidate& host, const sts::Policy& policy) {
  const bool by_policy = policy.mode != sts::Mode::none && sts::names_host(policy, host.mx_host);
  return host.surely_named || by_policy;
}

Demand with_require_tls(Demand demand, const dns::Candidate& host, const sts::Policy& policy) {
  if (!demand.never_why.empty() || demand.level == TlsLevel::dane) return demand;
  if (is_surely_named(host, policy)) {
    demand.level = TlsLevel::verified;
  } else if (policy.unsure) {
    demand.never_why = "its domain's policy (MTA-STS) cannot be had now";
  } else {
    demand.never_why = "nobody vouches for its name here: neither DNSSEC nor a policy (MTA-STS)";
    demand.never_changes = true;
  }
  return demand;
}

std::string missed_by(TlsLevel level, const dns::Candidate& host, const sts::Policy& policy,
                      const std::optional<runtime::TlsFacts>& tls) {
  if (policy.mode != sts::Mode::testing || !asks_policy(level)) return "";
  if (host.dane && asks_tlsa(level)) return "";
  if (!sts::names_host(policy, host.mx_host)) return kNotNamed;
  if (tls && tls->verified_by == "pkix") return "";
  return "its certificate is not what its domain's policy (MTA-STS) asks for";
}

}  // namespace waybill::relay::forward

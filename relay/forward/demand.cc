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

Demand demand_of(TlsLevel level, const dns::Candidate& host) {
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

}  // namespace waybill::relay::forward

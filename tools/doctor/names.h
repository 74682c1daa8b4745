// What DNS says of us: whether mail for our domains comes here, and whether others believe what
// leaves here.
//
// look_at_names() ends by its deadline, whatever DNS does, and asks only of the first kMostDomains.
#pragma once

#include <string>
#include <vector>

#include "relay/trust/spf/check_host.h"
#include "runtime/dns/resolver.h"
#include "runtime/time.h"
#include "tools/doctor/finding.h"

namespace waybill::tools::doctor {

// Enough to see what is wrong with the DNS of a server that has thousands.
inline constexpr std::size_t kMostDomains = 100;

template <class Record>
using Answered = runtime::Result<runtime::dns::Answer<Record>>;

struct DomainFacts {
  std::string name;
  Answered<runtime::dns::Mx> mx;
  bool leads_here = false;  // an exchange is our host, by name or by address
  // May our address send for it? SpfCode::temperror where that was not found out.
  relay::trust::spf::SpfCode spf = relay::trust::spf::SpfCode::temperror;
};

struct NameFacts {
  std::string servers;  // that were asked, in words
  std::string host;
  Answered<runtime::IpAddress> a;
  Answered<runtime::IpAddress> aaaa;
  struct Reverse {
    runtime::IpAddress address;
    Answered<std::string> names;
  };
  std::vector<Reverse> reverse;  // of the host's addresses
  std::vector<DomainFacts> domains;
  std::size_t not_asked = 0;  // domains beyond kMostDomains
};

// Fills what is not yet in `facts`: host and the domains' names are there. All outlive the task.
runtime::Task<void> look_at_names(runtime::dns::Resolver& resolver, const runtime::Clock& clock,
                                  NameFacts& facts, runtime::Instant deadline);

Findings judge_names(const NameFacts& facts);

}  // namespace waybill::tools::doctor

// What DNS says of us: whether mail for our domains comes here, and whether others believe what
// leaves here.
//
// look_at_names() ends by its deadline, whatever DNS does, and asks only of the first kMostDomains.
#pragma once

#include <string>
#include <vector>

#include "relay/forward/sources.h"
#include "relay/trust/dmarc/evaluate.h"
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
  // May each of our addresses send for it? SpfCode::temperror where that was not found out.
  struct Spf {
    runtime::IpAddress address;
    relay::trust::spf::SpfCode code = relay::trust::spf::SpfCode::temperror;
  };
  std::vector<Spf> spf;
  relay::trust::dmarc::DmarcCode dmarc = relay::trust::dmarc::DmarcCode::temperror;
};

struct NameFacts {
  std::string servers;  // that were asked, in words
  std::string host;
  relay::forward::Source source;  // that mail leaves from, where one is set
  Answered<runtime::IpAddress> a;
  Answered<runtime::IpAddress> aaaa;
  struct Reverse {
    runtime::IpAddress address;
    Answered<std::string> names;
    bool confirmed = false;  // one of them leads back to the address
  };
  std::vector<Reverse> reverse;  // of the addresses that mail leaves from
  std::vector<DomainFacts> domains;
  std::size_t not_asked = 0;  // domains beyond kMostDomains
  // Where DNSSEC is validated: a name of which something secure can be said, and what was said.
  std::string signed_name;
  Answered<runtime::dns::Mx> signed_answer;
};

// The zone that the first record of a trust anchor's file is of: in the root zone "arpa", which is
// signed, and nobody's business. Empty: there is no such record.
std::string signed_name(const std::string& trust_anchor_file);

// Fills what is not yet in `facts`: host, source and the domains' names are there. All outlive the
// task.
runtime::Task<void> look_at_names(runtime::dns::Resolver& resolver, const runtime::Clock& clock,
                                  NameFacts& facts, runtime::Instant deadline);

Findings judge_names(const NameFacts& facts);

}  // namespace waybill::tools::doctor

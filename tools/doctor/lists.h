// Whether the DNS lists of [door] tell what they are asked for: each names the one test address and
// not the other (RFC 5782 5).
#pragma once

#include <string>
#include <vector>

#include "relay/door/door_settings.h"
#include "runtime/dns/resolver.h"
#include "runtime/time.h"
#include "tools/doctor/finding.h"

namespace waybill::tools::doctor {

struct ListFacts {
  relay::door::DnsList list;
  runtime::Result<runtime::dns::Answer<runtime::IpAddress>> of_listed;    // 127.0.0.2
  runtime::Result<runtime::dns::Answer<runtime::IpAddress>> of_unlisted;  // 127.0.0.1
};

// Both outlive the task, which ends by its deadline.
runtime::Task<void> look_at_lists(runtime::dns::Resolver& resolver, std::vector<ListFacts>& lists,
                                  runtime::Instant deadline);

Findings judge_lists(const std::vector<ListFacts>& lists);

}  // namespace waybill::tools::doctor

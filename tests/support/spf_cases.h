// Published SPF cases ("../shared/cases/spf", read in place), in one shape.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "relay/trust/spf/check_host.h"
#include "tests/support/zone_resolver.h"

namespace waybill::tests {

struct ZoneRecord {
  std::string name;
  std::string
      type;  // "A", "AAAA", "MX", "TXT", "PTR", "CNAME"; "*": those that the name has no record of
  std::string value;  // as in a zone file, but for the quotes of a TXT
  bool times_out = false;
};

using SpfZone = std::vector<ZoneRecord>;

struct SpfCase {
  std::string id;
  std::shared_ptr<const SpfZone> zone;
  relay::trust::spf::SpfRequest request;
  std::vector<std::string> results;        // words of RFC 7208 2.6; any is right
  std::optional<std::string> explanation;  // "DEFAULT": that of the checker
};

// Empty where ../shared/cases is absent.
std::vector<SpfCase> pyspf_cases();
std::vector<SpfCase> mail_auth_spf_cases();
std::vector<SpfCase> rspamd_spf_cases();

void add_to(ZoneResolver& resolver, const SpfZone& zone);

}  // namespace waybill::tests

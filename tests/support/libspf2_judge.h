// What libspf2, another implementation, says of an SPF request, on the same zone. For comparison
// alone: it has wrong answers of its own, and its macro parser is not safe with hostile records.
#pragma once

#include <string>

#include "relay/trust/spf/check_host.h"
#include "tests/support/spf_cases.h"

namespace waybill::tests {

// A word of RFC 7208 2.6. libspf2 gives no result for many errors: one of DNS counts as temperror,
// any other as permerror. CNAME records are left out: its zones hold none.
std::string libspf2_word(const SpfZone& zone, const relay::trust::spf::SpfRequest& request);

}  // namespace waybill::tests

// Any octets as a DMARC record: what begins as one is read, and what is read keeps its promises.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relay/trust/dmarc/record.h"

namespace {

namespace dmarc = waybill::relay::trust::dmarc;

void require(bool kept) {
  if (!kept) std::abort();
}

bool same(const dmarc::Record& a, const dmarc::Record& b) {
  return a.policy == b.policy && a.subdomain_policy == b.subdomain_policy &&
         a.nonexistent_policy == b.nonexistent_policy && a.policy_tags == b.policy_tags &&
         a.dkim == b.dkim && a.spf == b.spf && a.suffix == b.suffix && a.test == b.test &&
         a.percent == b.percent && a.reports == b.reports;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const std::string& record : {text, "v=DMARC1;" + text}) {
    if (!dmarc::is_dmarc_record(record)) continue;
    const dmarc::Record read = dmarc::parse_record(record);
    require(read.percent <= 100);
    // Unknown tags, and text that is no tag, change nothing.
    require(same(read, dmarc::parse_record(record + ";x-unknown=1;no tag;;")));
  }
  require(dmarc::is_dmarc_record("v=DMARC1;" + text));
  return 0;
}

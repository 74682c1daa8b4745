// The authors of any header: bounded in number, and each a domain name or nothing.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "relay/trust/authors.h"
#include "schemas/address.h"

using namespace waybill;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view header(reinterpret_cast<const char*>(data), size);
  const auto authors = relay::trust::authors_of(header);
  const auto& domains = authors.domains;
  if (domains.size() > relay::trust::kMaxAuthors + 1) std::abort();
  for (const std::string& domain : domains) {
    if (domain.empty()) continue;
    const auto again = schemas::normalise_domain(domain);
    if (!again || *again != domain) std::abort();
  }
  return 0;
}

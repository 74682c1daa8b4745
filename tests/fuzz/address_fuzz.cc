// Addresses and domains: whatever is accepted is in its normal form, within its limits, and its
// text leads back to the same address.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/check.h"
#include "schemas/address.h"
#include "schemas/utf8.h"

namespace {

using waybill::runtime::check;
using namespace waybill::schemas;

void one_address(std::string_view text, LocalPartCase local_case) {
  const auto address = Address::parse(text, local_case);
  if (!address) return;
  const std::string written = address->text();
  check(is_clean_utf8(written), "an address is clean UTF-8");
  check(written.size() <= kMaxMailbox, "an address is within its limits");
  const auto again = Address::parse(written, local_case);
  check(again.has_value(), "an address's text is a mailbox");
  check(*again == *address, "an address's text leads back to it");
  check(again->text() == written, "an address has one text");
  check(address->with_local(address->local()).local() == address->local(),
        "a local part fits its own address");
  if (local_case == LocalPartCase::fold) {
    check(address->folded() == *address, "a folded address is folded");
  }
}

void one_domain(std::string_view text) {
  const auto domain = normalise_domain(text);
  const auto mail_domain = normalise_mail_domain(text);
  if (mail_domain) {
    const auto again = normalise_mail_domain(*mail_domain);
    check(again.has_value() && *again == *mail_domain, "a mail domain has one normal form");
    check(domain.has_value() == (mail_domain->find('_') == std::string::npos),
          "underscores are what a host name has not");
  }
  if (!domain) return;
  check(domain->size() <= kMaxDomain, "a domain is within its limit");
  const auto again = normalise_domain(*domain);
  check(again.has_value() && *again == *domain, "a domain has one normal form");
  for (const char c : *domain) {
    const bool ldh = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    check(ldh, "a domain is lower-case letters, digits, hyphens and dots");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  one_address(text, LocalPartCase::keep);
  one_address(text, LocalPartCase::fold);
  one_domain(text);
  return 0;
}

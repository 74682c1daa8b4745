// The DNS record of a DKIM key (RFC 6376 3.6, RFC 8463): as it is to be published, and whether it
// is.
#pragma once

#include <string>
#include <vector>

#include "relay/trust/dkim/sign.h"
#include "runtime/dns/resolver.h"
#include "runtime/failure.h"
#include "runtime/time.h"

namespace waybill::app {

// "v=DKIM1; k=rsa; p=...": the value, as forms on the web want it.
std::string dkim_record_text(const relay::trust::dkim::SigningKey& key);

// The line of a zone file (RFC 1035 5.1), the value in strings of 255 octets at most (RFC 1035
// 3.3), one on a line; ends in a line end.
std::string dkim_zone_line(const relay::trust::dkim::SigningKey& key);

// Whether a verifier that asks DNS now finds the key. Errc::not_found: there is no record;
// invalid: what is there is another key, not one that verifies mail, or several; temporary: DNS did
// not say. The words name the record. The resolver outlives the task.
runtime::Task<runtime::Explained<void>> find_dkim_record(runtime::dns::Resolver& resolver,
                                                         relay::trust::dkim::SigningKey key,
                                                         runtime::Instant deadline);

// The same for many at one time, in their order, by the servers of [dns]; blocks until all are
// known or `patience` is over.
std::vector<runtime::Explained<void>> find_dkim_records(
    const std::vector<std::string>& servers,
    const std::vector<relay::trust::dkim::SigningKey>& keys, std::chrono::milliseconds patience);

}  // namespace waybill::app

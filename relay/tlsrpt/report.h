// Report: the report of one domain about one day (RFC 8460 4.4), and the message that carries it
// (RFC 8460 5.3). Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "relay/tlsrpt/day_book.h"
#include "relay/tlsrpt/record.h"
#include "schemas/address.h"

namespace waybill::relay::tlsrpt {

// Who reports.
struct Reporter {
  std::string organization;
  std::string contact;    // an address
  schemas::Address from;  // of the messages; its domain is the submitter
};

struct Report {
  std::string domain;
  std::string id;         // the same for the same day, whenever it is written
  std::string file_name;  // RFC 8460 5.1
  std::string json;
};

// `begun`: of its Day. The day as it is now.
Report write_report(const Reporter& reporter, std::string_view domain, Date date,
                    runtime::WallTime begun, const Policies& policies);

// RFC 8460 6.2
inline constexpr std::string_view kPackedType = "application/tlsrpt+gzip";

// The whole message, unsigned, with CRLFs and without an octet outside ASCII. `packed`: the JSON by
// gzip.
std::string write_message(const Reporter& reporter, const Report& report,
                          const schemas::Address& to, std::string_view packed,
                          runtime::WallTime now);

}  // namespace waybill::relay::tlsrpt

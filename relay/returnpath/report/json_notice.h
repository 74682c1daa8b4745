// Reports of providers that write JSON where others write prose: the notifications of Amazon SES as
// its SNS mails them. Not a JSON parser: it knows strings, keys and where an object ends, and what
// is no JSON gives no facts. Linear in the text.
#pragma once

#include <string_view>

#include "relay/returnpath/report/report_facts.h"

namespace waybill::relay::returnpath::report {

// True if `text` is such a notification of a bounce, a complaint or a delivery; its recipients are
// then added to `facts`. LF line ends; lines that were broken at "!\n " are joined.
bool read_json_notice(std::string_view text, ReportFacts& facts);

}  // namespace waybill::relay::returnpath::report

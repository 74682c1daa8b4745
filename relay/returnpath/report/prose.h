// Reports without machine-readable fields: who could not be reached and why, out of the text that
// people are meant to read.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "relay/returnpath/report/fields.h"
#include "relay/returnpath/report/report_facts.h"

namespace waybill::relay::returnpath::report {

// Read of a report's text; reporters come to the point before that.
inline constexpr std::size_t kMaxProse = 65536;

// A report's text, and the returned message that follows in it (empty if none does).
struct SplitText {
  std::string_view report;
  std::string_view returned;
};

// Cuts at a divider of prose_rules.h, or where a block of trace fields begins (RFC 5321 4.4).
SplitText split_text(std::string_view text);

struct ProseSource {
  const Fields& header;           // the report's own
  std::string_view subject;       // decoded
  std::string_view text;          // split_text's report, at most kMaxProse octets are read
  const Fields& returned_header;  // may be empty
};

// Whether it is a report: two of sender, subject, text and reason must say so, one of the first two
// among them unless the return path is null; or a field that only reports have.
bool is_prose_report(const ProseSource& source);

// Whether a report says who its recipients are, so that nobody has to guess.
bool names_recipients(const ProseSource& source);

// The recipients of a report, those of the returned message where it names none; one without
// address if none can be told. Never empty.
std::vector<RecipientFacts> read_prose(const ProseSource& source);

}  // namespace waybill::relay::returnpath::report

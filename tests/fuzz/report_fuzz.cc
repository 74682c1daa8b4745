// Any octets on a return path: facts that are fit for the record, whatever the message was.

#include <cstdint>
#include <string>
#include <string_view>

#include "relay/returnpath/report/read_report.h"
#include "runtime/check.h"
#include "schemas/utf8.h"

using namespace waybill;                             // NOLINT: a program of one function
using namespace waybill::relay::returnpath::report;  // NOLINT

namespace {

void fit_for_the_record(std::string_view fact) {
  runtime::check(schemas::is_clean_utf8(fact), "a fact is one clean line");
  runtime::check(fact.size() <= kMaxFact, "a fact is short");
}

void hold_promises(const RecipientFacts& recipient) {
  fit_for_the_record(recipient.final_recipient);
  fit_for_the_record(recipient.original_recipient);
  fit_for_the_record(recipient.action);
  fit_for_the_record(recipient.status);
  fit_for_the_record(recipient.diagnostic_code);
  fit_for_the_record(recipient.remote_mta);
  runtime::check(recipient.original_recipient.empty() || !recipient.final_recipient.empty(),
                 "an original recipient stands in for the final one");
  // Words may turn a failure into a delay and back; nothing turns either into a success.
  const ReportClass by_fields = class_of(recipient);
  const bool positive = recipient.kind == ReportClass::delivered ||
                        recipient.kind == ReportClass::relayed ||
                        recipient.kind == ReportClass::expanded;
  runtime::check(!positive || recipient.kind == by_fields, "success is what the fields say");
  runtime::check(recipient.kind != ReportClass::auto_reply, "an answer speaks of nobody");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const ReportFacts facts = read_report(raw);
  fit_for_the_record(facts.reporting_mta);
  fit_for_the_record(facts.original_envelope_id);
  fit_for_the_record(facts.feedback_type);
  runtime::check(facts.recipients.size() <= kMaxRecipients, "recipients are bounded");
  for (const RecipientFacts& recipient : facts.recipients) hold_promises(recipient);
  if (facts.returned) {
    fit_for_the_record(facts.returned->message_id);
    runtime::check(facts.returned->header.size() <= kMaxReturnedHeader, "its header is bounded");
  }
  runtime::check(facts.kind != ReportClass::auto_reply || facts.recipients.empty(),
                 "an automatic reply speaks of nobody");
  return 0;
}

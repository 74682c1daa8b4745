// ReportTransaction: the one recipient of a transaction that takes a report on a return path, from
// its RCPT to the reply to its body.
//
// Promises: those of Homecoming, and one report at a time on a delivery: another one gets 451
// meanwhile. What came before is asked anew when the report is whole; a new one beyond
// kReportsPerReturnPath (limits.h) gets 550. Owner's thread.
#pragma once

#include "relay/homecoming.h"
#include "relay/sender_envelope.h"

namespace waybill::relay {

class ReportTransaction {
 public:
  // `envelope` outlives it. `subject` names the alias; the delivery reported on is in it.
  ReportTransaction(Lane& lane, const SenderEnvelope& envelope, Subject subject,
                    returnpath::TokenFacts token, returnpath::ReportPolicy policy)
      : lane_(lane),
        envelope_(envelope),
        subject_(std::move(subject)),
        token_(token),
        policy_(std::move(policy)) {}

  const Subject& subject() const { return subject_; }

  // The report is whole. The reply to it.
  runtime::Task<schemas::Reply> end(WholeMessage report);

 private:
  runtime::Task<schemas::Reply> refuse(policy::Rule rule);
  runtime::Task<schemas::Reply> refuse(policy::Refusal refusal);
  runtime::Task<schemas::Reply> in_turn(WholeMessage report);
  runtime::Task<runtime::Result<ReadReport>> read(message::Spool& report);

  Lane& lane_;
  const SenderEnvelope& envelope_;
  Subject subject_;
  returnpath::TokenFacts token_;
  returnpath::ReportPolicy policy_;
};

}  // namespace waybill::relay

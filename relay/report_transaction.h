// ReportTransaction: the one recipient of a transaction that takes a report on a return path, from
// its RCPT to the reply to its body.
//
// Promises: those of Homecoming, and one report at a time on a delivery: another one gets 451
// meanwhile. Whose return path it is, and what came before, is asked when the report is whole:
// where the views cannot say it, 451. Mail with a sender that does not read as a report gets 550,
// and a new report beyond kReportsPerReturnPath (limits.h) too; each is an event of the delivery.
// Owner's thread.
#pragma once

#include "relay/homecoming.h"
#include "relay/sender_envelope.h"

namespace waybill::relay {

class ReportTransaction {
 public:
  // `envelope` outlives it, and with its routes `domain`, which the return path is in. `subject`
  // names the delivery reported on.
  ReportTransaction(Lane& lane, const SenderEnvelope& envelope, Subject subject,
                    returnpath::TokenFacts token, const schemas::DomainRoutes& domain)
      : lane_(lane),
        envelope_(envelope),
        subject_(std::move(subject)),
        token_(token),
        domain_(domain) {}

  const Subject& subject() const { return subject_; }

  // The report is whole. The reply to it.
  runtime::Task<schemas::Reply> end(WholeMessage report);

 private:
  runtime::Task<schemas::Reply> refuse(policy::Rule rule);
  runtime::Task<schemas::Reply> refuse(policy::Refusal refusal);
  runtime::Task<schemas::Reply> in_turn(WholeMessage report);
  returnpath::ReportPolicy policy_for(const std::string& alias) const;
  runtime::Task<runtime::Result<void>> ask_spf_again(schemas::ReturnPath& path);
  runtime::Task<runtime::Result<ReadReport>> read(message::Spool& report);

  Lane& lane_;
  const SenderEnvelope& envelope_;
  Subject subject_;
  returnpath::TokenFacts token_;
  const schemas::DomainRoutes& domain_;
};

}  // namespace waybill::relay

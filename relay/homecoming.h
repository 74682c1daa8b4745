// Homecoming: one report that came on a return path, from its RCPT to the reply to its body.
//
// Promises: what the report says is on record (Bounced, one for each recipient, once for each
// report) before anything goes home, and what became of handing it on before the reporter hears.
// The reporter gets 250 once nothing is left to be done: handed on, refused at home, held or
// absorbed. It gets 451, and comes again, where home could not be asked or the log did not take the
// events; the same report is then not recorded twice. A crash while home is being told leaves an
// acceptance that recovery calls in doubt; the reporter comes again, and home may be told twice.
// One report at a time on a return path: another one gets 451 meanwhile. What came before is asked
// anew when the report is whole; a new one beyond kReportsPerReturnPath (limits.h) gets 550.
// Owner's thread.
#pragma once

#include <optional>
#include <string>

#include "relay/lane.h"
#include "relay/message/spool.h"
#include "relay/returnpath/decide.h"
#include "relay/verdict.h"

namespace waybill::relay {

class Homecoming {
 public:
  // `subject` names the alias; the delivery reported on is in it.
  Homecoming(Lane& lane, Subject subject, returnpath::TokenFacts token, returnpath::ReturnPath path,
             returnpath::ReportPolicy policy)
      : lane_(lane),
        subject_(std::move(subject)),
        token_(token),
        path_(std::move(path)),
        policy_(std::move(policy)) {}

  const Subject& subject() const { return subject_; }

  // A next hop without DSN took a copy whose sender asked for notice of success: he is told
  // "relayed" (RFC 3461 5.2.2 c). What becomes of telling him is on record and changes nothing for
  // the message. `accepted`: as for end().
  runtime::Task<void> tell_relayed(schemas::Event accepted);

  // The report is whole. `accepted`: its Accepted, all but targets and digest. The reply to it.
  runtime::Task<schemas::Reply> end(message::Spool& report, schemas::Event accepted);

 private:
  struct Read {
    std::string digest;
    returnpath::report::ReportFacts facts;
  };
  runtime::Task<runtime::Result<Read>> read(message::Spool& report);
  runtime::Task<schemas::Reply> refuse(std::string rule, schemas::Reply reply);
  runtime::Task<schemas::Reply> busy();
  runtime::Task<schemas::Reply> out_of_reach();
  runtime::Task<schemas::Reply> ask_again(message::Spool& report, schemas::Event accepted);
  runtime::Task<schemas::Reply> in_turn(message::Spool& report, schemas::Event accepted);
  runtime::Task<schemas::Reply> only_record(schemas::Event accepted, std::string rule,
                                            std::vector<schemas::Event> bounces);
  runtime::Task<schemas::Reply> send_home(schemas::Event accepted,
                                          std::vector<schemas::Event> bounces,
                                          const returnpath::report::ReportFacts& facts,
                                          const routes::Target& to);
  runtime::Task<forward::HopAnswer> hand_over(const routes::Target& to,
                                              const returnpath::report::ReportFacts& facts,
                                              forward::Clearance& clearance,
                                              runtime::Instant deadline);
  std::vector<schemas::Event> bounces(const Read& read, const returnpath::Decision& decision,
                                      std::uint64_t size) const;

  Lane& lane_;
  Subject subject_;
  returnpath::TokenFacts token_;
  returnpath::ReturnPath path_;
  returnpath::ReportPolicy policy_;
};

}  // namespace waybill::relay

// Homecoming: carries what a report says of one delivery to the originator of the message, which
// is called home here.
//
// Promises: before anything goes home, one Bounced for each recipient is on record, once for each
// report; before the reporter gets its reply, the outcome of handing the notice on is on record
// too. The reporter gets 250 once nothing is left to be done: the notice was handed on, refused at
// home, held or absorbed. The reporter gets 451, and comes again, where home could not be asked or
// the log did not take the events; the same report is then not recorded twice. A crash while home
// is being told leaves an acceptance that recovery calls in doubt: the reporter comes again, and
// home may be told twice. All calls come on the owner's thread.
#pragma once

#include <string>
#include <vector>

#include "relay/lane.h"
#include "relay/policy/rules.h"
#include "relay/returnpath/decide.h"
#include "relay/verdict.h"

namespace waybill::relay {

// A report, read for its meaning.
struct ReadReport {
  std::string digest;        // SHA-256 of its octets
  std::uint64_t octets = 0;  // as received; 0: it is one of ours
  returnpath::report::ReportFacts facts;
};

// What became of the other targets of an alias.
enum class Others { refused, have_it };

class Homecoming {
 public:
  // `subject`: the report's; it names the alias. `path`: the delivery's, as the views have it now.
  // `require_tls`: what is told of asked for REQUIRETLS, and so does the notice, wherever that is
  // offered (RFC 8689 5).
  Homecoming(Lane& lane, Subject subject, const schemas::DeliveryId& delivery,
             schemas::ReturnPath path, returnpath::ReportPolicy policy, bool require_tls)
      : lane_(lane),
        subject_(std::move(subject)),
        delivery_(delivery),
        path_(std::move(path)),
        policy_(std::move(policy)),
        require_tls_(require_tls) {}

  // A report that may be taken. `accepted`: its Accepted, all but route, targets and digest. The
  // reply to its body.
  runtime::Task<schemas::Reply> take(ReadReport report, schemas::Event accepted);

  // Next hops without DSN took copies whose sender asked for notice of success: the sender is told
  // "relayed" of these aliases (RFC 3461 5.2.2 c). What becomes of telling it is on record and
  // changes nothing for the message.
  runtime::Task<void> tell_relayed(std::vector<std::string> aliases);

  // Of a message with several targets this delivery was refused, and others were taken, of this
  // alias (`others`) or of another: the sender, who waits, is told by a notice of failure. True
  // once the sender's server has it; false where it is not to be had, and then the refusal is the
  // reply.
  runtime::Task<bool> tell_refused(forward::HopAnswer refusal, Others others,
                                   runtime::Instant deadline);

 private:
  void complete(schemas::Event& accepted, const ReadReport& report) const;
  std::vector<schemas::Event> bounces(const ReadReport& report,
                                      const returnpath::Decision& decision) const;
  runtime::Task<schemas::Reply> only_record(schemas::Event accepted, policy::Rule rule,
                                            std::vector<schemas::Event> bounces);
  schemas::Event accepted_notice() const;
  std::vector<schemas::Target> doors_of(const schemas::Target& home) const;
  runtime::Task<schemas::Reply> send_home(schemas::Event accepted,
                                          std::vector<schemas::Event> bounces,
                                          const returnpath::report::ReportFacts& facts,
                                          const schemas::Target& to);
  runtime::Task<runtime::Result<forward::HopAnswer>> carry_home(
      schemas::Event accepted, std::vector<schemas::Event> bounces,
      const returnpath::report::ReportFacts& facts, const schemas::Target& to,
      runtime::Instant deadline);
  void end_unsent(const runtime::Error& error, const std::vector<schemas::Target>& doors,
                  const std::vector<schemas::DeliveryId>& deliveries, std::size_t next);
  runtime::Task<forward::HopAnswer> hand_over(const schemas::Target& to,
                                              const returnpath::report::ReportFacts& facts,
                                              forward::Clearance& clearance,
                                              runtime::Instant deadline);

  Lane& lane_;
  Subject subject_;
  schemas::DeliveryId delivery_;
  schemas::ReturnPath path_;
  returnpath::ReportPolicy policy_;
  bool require_tls_;
};

// Tells home behind the reply to the message, on the lane's scope. Left out where too many are
// under way already (kMostNotices): RFC 3461 5.2.2 c asks for it, and nothing is lost.
void begin_telling_relayed(Lane& lane, Homecoming home, std::vector<std::string> aliases);

}  // namespace waybill::relay

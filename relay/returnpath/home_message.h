// The message that goes home: a fresh delivery status notification (RFC 3464) in place of the
// report that came. With `redact` it names the alias alone, never the target behind it. Pure
// functions.
#pragma once

#include <string>
#include <string_view>

#include "relay/returnpath/decide.h"
#include "relay/returnpath/directory.h"
#include "relay/returnpath/report/report_facts.h"
#include "runtime/time.h"

namespace waybill::relay::returnpath {

struct HomeMessage {
  std::string text;  // CRLF line ends
  bool smtputf8 = false;
};

// `message_id`: the new message's, without angle brackets. `host_name` is ours: the reporting MTA.
HomeMessage write_home(const schemas::ReturnPath& path, const report::ReportFacts& facts,
                       const ReportPolicy& policy, std::string_view to, std::string_view host_name,
                       std::string_view message_id, runtime::WallTime now);

// Of a returned header, what the sender wrote: the fields below the Received field that we put
// there for this message. Empty if it is not found.
std::string as_the_sender_wrote(std::string_view returned_header, std::string_view host_name,
                                std::string_view our_message_id);

}  // namespace waybill::relay::returnpath

// judge: who sent this message? SPF, DKIM and DMARC together, and the one word that decides whether
// a bounce may go home.
//
// Promises: ends by the deadline; never fails: what could not be found out is a temperror. The
// originator is verified if SPF passed for the domain of the reverse path, or a signature of a
// domain in the same organisation passed (RFC 9989 3.2.10.1, relaxed). Mail with a null reverse
// path has no originator to be verified.
//
// The caller owes: `header` and `spool` outlive the task, and nobody else reads the spool
// meanwhile.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/message/spool.h"
#include "relay/trust/auth_results.h"
#include "relay/trust/dkim/result.h"
#include "relay/trust/dmarc/evaluate.h"
#include "relay/trust/spf/check_host.h"
#include "runtime/dns/resolver.h"
#include "runtime/endpoint.h"
#include "runtime/task.h"
#include "runtime/time.h"
#include "schemas/address.h"
#include "schemas/event.h"

namespace waybill::relay::trust {

struct JudgeRequest {
  runtime::IpAddress client;
  std::string helo;
  std::optional<schemas::Address> sender;  // nullopt: the null reverse path
  std::string host_name;                   // ours
  runtime::WallTime now{};
  bool with_dmarc = true;
};

struct Judgement {
  spf::SpfResult spf;
  std::vector<dkim::DkimResult> dkim;
  dmarc::DmarcResult dmarc;
  std::string header_from;  // the author's domain, as A-label
  bool verified = false;    // the originator
  std::string reason;       // of that, for people
};

// `header`: the beginning of the message, at least its whole header.
runtime::Task<Judgement> judge(runtime::dns::Resolver& resolver, JudgeRequest request,
                               std::string_view header, message::Spool& spool,
                               runtime::Instant deadline);

// The Authentication-Results field of RFC 8601, with its CRLF.
std::string auth_results_field(std::string_view host_name, const JudgeRequest& request,
                               const Judgement& judgement);

// Into the event's own words.
void record_judgement(const Judgement& judgement, schemas::pb::Accepted& accepted);

}  // namespace waybill::relay::trust

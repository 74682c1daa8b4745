// judge: who sent this message? SPF, DKIM and DMARC together, and the one word that decides whether
// a bounce may go home.
//
// Promises: ends by the deadlines; never fails: what could not be found out is a temperror. Whose
// word there is for the originator (I6), `Voucher` says. Mail with a null reverse path has no
// originator to be verified.
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
#include "relay/trust/authors.h"
#include "relay/trust/dkim/result.h"
#include "relay/trust/dmarc/evaluate.h"
#include "relay/trust/spf/check_host.h"
#include "runtime/dns/resolver.h"
#include "runtime/endpoint.h"
#include "runtime/task.h"
#include "runtime/time.h"
#include "schemas/address.h"
#include "schemas/event.h"
#include "schemas/route.h"

namespace waybill::relay::trust {

struct JudgeRequest {
  runtime::IpAddress client;
  std::string helo;
  std::optional<schemas::Address> sender;  // nullopt: the null reverse path
  std::string host_name;                   // ours
  runtime::WallTime now{};
  bool with_dmarc = true;
};

// What speaks for the reverse path, the best of it. A signature of one user of a provider can be
// sent again by anybody, with any reverse path; so it speaks for its author, and only in a weaker
// sense for others of the domain. None speaks against an SPF fail, nor does one whose key its owner
// is only testing (RFC 6376 3.6.1, t=y).
enum class Voucher {
  none,
  domain,   // a DKIM signature of its domain or of one above it
  mailbox,  // a DKIM signature over From, whose only mailbox is the reverse path
  spf,
};

struct Judgement {
  spf::SpfResult spf;
  std::vector<dkim::DkimResult> dkim;
  dmarc::DmarcResult dmarc;
  std::string header_from;                  // the author's domain, as A-label
  std::optional<schemas::Address> mailbox;  // the only author's
  From from = From::missing;
  Voucher voucher = Voucher::none;
  std::string reason;  // of that, for people
};

// A forger chooses the name servers that SPF and DKIM ask, and not those of the author's policy: so
// that slow ones gain him nothing, all three look at the same time, and DMARC has time behind them
// that they cannot spend.
struct TrustDeadlines {
  runtime::Instant evidence;   // of SPF, of DKIM, and of what the authors ask for
  runtime::Instant alignment;  // of DMARC behind them; not before `evidence`
};

// `header`: the beginning of the message, at least its whole header.
runtime::Task<Judgement> judge(runtime::dns::Resolver& resolver, JudgeRequest request,
                               std::string_view header, message::Spool& spool,
                               TrustDeadlines deadlines);

// The Authentication-Results field of RFC 8601, with its CRLF.
std::string auth_results_field(std::string_view host_name, const JudgeRequest& request,
                               const Judgement& judgement);

// Whether the originator may be told, where DKIM verifies so much.
bool is_verified(const Judgement& judgement, schemas::DkimVerifies verifies);

// Into the event's own words.
void record_judgement(const Judgement& judgement, schemas::DkimVerifies verifies,
                      schemas::pb::Accepted& accepted);

}  // namespace waybill::relay::trust

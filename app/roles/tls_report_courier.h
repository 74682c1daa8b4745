// TlsReportCourier: brings a report about TLS (RFC 8460 5) to where its domain wants it: by mail,
// signed with the DKIM keys of the sender's domain, or by HTTPS.
//
// Mail goes by TLS where it is offered, and never fails for want of it: the next hop's DANE and
// MTA-STS are not asked for (RFC 8460 5.3.1), and its session is counted nowhere (RFC 8460 3). A
// web server must have a trusted certificate. On one I/O thread.
#pragma once

#include <memory>
#include <string>

#include "relay/forward/handover.h"
#include "relay/tlsrpt/report.h"
#include "relay/trust/dkim/signing_keys.h"
#include "runtime/clock.h"
#include "runtime/dialer.h"
#include "runtime/dns/resolver.h"
#include "runtime/scope.h"
#include "runtime/tls_engine.h"

namespace waybill::app {

// All outlive the courier, but for what is held by value.
struct CourierWorld {
  runtime::Clock& clock;
  runtime::Dialer& dialer;
  runtime::dns::Resolver& resolver;  // one that validates nothing
  runtime::Scope& scope;             // where next hops are told QUIT
  const relay::trust::dkim::CurrentSigningKeys& signing;
  runtime::TlsContext trust;    // of web servers
  runtime::TlsContext anybody;  // of next hops
  std::string host_name;
  std::uint16_t next_hop_port = 25;
  relay::forward::Sources sources;
};

class TlsReportCourier {
 public:
  explicit TlsReportCourier(CourierWorld world);
  ~TlsReportCourier();
  TlsReportCourier(const TlsReportCourier&) = delete;
  TlsReportCourier& operator=(const TlsReportCourier&) = delete;

  enum class Result {
    sent,
    refused,  // and would be again
    later,    // it may be taken another time
  };
  struct Carried {
    Result result = Result::later;
    std::string why;  // unless sent
  };
  // `packed`: the report's JSON by gzip.
  runtime::Task<Carried> carry(relay::tlsrpt::Reporter reporter, relay::tlsrpt::Report report,
                               std::string packed, relay::tlsrpt::Destination to,
                               runtime::Instant deadline);

 private:
  struct Post;
  runtime::Task<Carried> mail(std::string message, relay::tlsrpt::Reporter reporter,
                              schemas::Address to, runtime::Instant deadline);
  runtime::Task<Carried> post(std::string packed, relay::tlsrpt::Destination to,
                              runtime::Instant deadline);
  std::string signed_message(const relay::tlsrpt::Reporter& reporter, std::string text) const;

  const CourierWorld world_;
  std::unique_ptr<Post> post_;
};

}  // namespace waybill::app

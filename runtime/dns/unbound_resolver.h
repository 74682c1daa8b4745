// Resolver on libunbound: asynchronous on the event loop, caching.
//
// libunbound works on one thread of its own, started by the first question and joined when the
// resolver ends; questions and answers cross over a pipe that the event loop watches. Answers are
// cached in memory, those of other resolvers apart. Names under .test, home.arpa and the private
// reverse zones are asked like any other, and where servers are named the reverse names of loopback
// too; localhost, invalid and onion are answered here. Where no server answers, Errc::temporary
// comes after some 17 seconds, if the deadline allows.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/dns/resolver.h"
#include "runtime/time.h"

namespace waybill::runtime::dns {

struct UnboundSettings {
  // Servers to forward to, "192.0.2.53" or "127.0.0.1@5353" (libunbound's port syntax). Empty:
  // those of /etc/resolv.conf, and /etc/hosts is read too.
  std::vector<std::string> forward_to;
  // A file of DS or DNSKEY records. Answers beneath them are validated (RFC 4035), so the servers
  // must pass DNSSEC on. Empty: nothing is validated here.
  std::string trust_anchor_file;
};

// Lives on `executor`'s thread (one for each I/O thread) and ends before its io_context does.
// Questions still open when it ends get Errc::closed. Errc::invalid for a server or a trust anchor
// that does not parse.
runtime::Result<std::unique_ptr<Resolver>> unbound_resolver(runtime::Executor executor,
                                                            const UnboundSettings& settings);

}  // namespace waybill::runtime::dns

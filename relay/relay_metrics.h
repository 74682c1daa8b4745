// What the relay counts, beside the events on record (ingest/event_counters.h). Handles are taken
// once; adding is lock-free, but for `replies` and `hops`.
#pragma once

#include "relay/forward/hop_counters.h"
#include "relay/reply_counters.h"
#include "runtime/metrics.h"

namespace waybill::relay {

struct RelayMetrics {
  explicit RelayMetrics(runtime::Metrics& m)
      : sessions(m.counter("waybill_smtp_sessions_total", "SMTP sessions taken")),
        sessions_refused(m.counter("waybill_smtp_sessions_refused_total",
                                   "SMTP sessions answered 421 because a limit was reached")),
        proxied_refused(m.counter("waybill_smtp_proxied_refused_total",
                                  "Connections from server.proxy_from that were closed because "
                                  "their PROXY header was missing, wrong or late")),
        tls_1_3(tls_sessions(m, "TLSv1.3", "successful")),
        tls_1_2(tls_sessions(m, "TLSv1.2", "successful")),
        tls_failed(tls_sessions(m, "", "failed")),
        sent_home(m.counter("waybill_reports_sent_home_total",
                            "Reports that home, the originator or the alias's owner, took")),
        unrecorded(m.counter("waybill_verdicts_unrecorded_total",
                             "Verdicts that became 451 because the log did not take them")),
        spam_unjudged(m.counter("waybill_spam_unjudged_total",
                                "Messages that the spam filter gave no judgement on")),
        spam_seconds(m.histogram("waybill_spam_judgement_seconds",
                                 "How long the spam filter took for a judgement",
                                 runtime::latency_bounds())),
        body_to_reply(m.histogram("waybill_body_to_reply_seconds",
                                  "From the end of a body to the reply to it",
                                  runtime::latency_bounds())),
        replies(m),
        hops(m) {}

  runtime::Counter& sessions;
  runtime::Counter& sessions_refused;
  runtime::Counter& proxied_refused;
  runtime::Counter& tls_1_3;
  runtime::Counter& tls_1_2;
  runtime::Counter& tls_failed;
  runtime::Counter& sent_home;
  runtime::Counter& unrecorded;
  runtime::Counter& spam_unjudged;
  runtime::Histogram& spam_seconds;
  runtime::Histogram& body_to_reply;
  ReplyCounters replies;
  forward::HopCounters hops;

 private:
  static runtime::Counter& tls_sessions(runtime::Metrics& m, const char* version,
                                        const char* result) {
    return m.counter("waybill_smtp_tls_sessions_total",
                     "TLS handshakes of SMTP sessions, by the version agreed on",
                     {{"version", version}, {"result", result}});
  }
};

}  // namespace waybill::relay

// Rspamd: SpamFilter by rspamd's /checkv2 over HTTP. A connection for each message, for rspamd is
// near; the message is read out of the spool as it is sent. One thread.
#pragma once

#include <string>

#include "relay/spam/spam_filter.h"
#include "runtime/clock.h"
#include "runtime/dialer.h"
#include "runtime/http_base.h"

namespace waybill::relay::spam {

class Rspamd final : public SpamFilter {
 public:
  // Both outlive it. `base` is not https.
  Rspamd(runtime::Dialer& dialer, runtime::Clock& clock, runtime::HttpBase base)
      : dialer_(dialer), clock_(clock), base_(std::move(base)) {}

  runtime::Task<runtime::Explained<Judgement>> judge(Question question, message::Spool& spool,
                                                     runtime::Instant deadline) override;

 private:
  runtime::Task<runtime::Explained<std::unique_ptr<runtime::Connection>>> connect(
      runtime::Instant deadline);

  runtime::Dialer& dialer_;
  runtime::Clock& clock_;
  const runtime::HttpBase base_;
};

}  // namespace waybill::relay::spam

// SyslogStream: RFC 5424 by octet counting, over TLS (RFC 5425) or over TCP (RFC 6587 3.4.1).
//
// Syslog has no acknowledgement: what a write took may lie in buffers of either host, and is lost
// with the receiver's process. Grade read: send() leaves records open, and confirm() draws a
// barrier: it ends the connection and waits for the receiver's own end, which its process makes
// once it has read all (runtime/wire.h, finish()). The next send() makes a new connection. Records
// that the receiver has read and not written when it dies are lost; RELP is for those who cannot
// have that.
//
// A certificate of ours that the receiver refuses shows at a later read under TLS 1.3. No record
// counts before a barrier, so that none is lost by it.
#pragma once

#include <cstddef>
#include <memory>

#include "runtime/wire.h"
#include "stream/transport/syslog_message.h"
#include "stream/transport/transport.h"

namespace waybill::stream {

class SyslogStream final : public Transport {
 public:
  SyslogStream(runtime::WireTo to, const SyslogSettings& settings);

  Grade grade() const override { return Grade::read; }
  Outcome send(std::span<const Record> batch, runtime::Instant deadline) override;
  // False: the receiver has not read all by the deadline, and may be asked again. A send() before
  // that waits for it as well, and where it does not come either, all that was open goes again.
  runtime::Explained<bool> confirm(runtime::Instant deadline) override;
  void cancel() noexcept override { wire_.cancel(); }

 private:
  runtime::Explained<void> connect(runtime::Instant deadline);
  runtime::Failure give_up(runtime::Failure why);

  runtime::Wire wire_;
  SyslogMessages messages_;
  std::size_t open_ = 0;  // records since the last barrier
  bool ending_ = false;   // a barrier is drawn, and not answered yet
};

}  // namespace waybill::stream

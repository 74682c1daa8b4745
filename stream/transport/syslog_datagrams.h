// SyslogDatagrams: RFC 5424 over UDP (RFC 5426), a record a datagram.
//
// Grade sent: a record counts once the system has it. Nobody hears of one that is lost on the way,
// or in the receiver's full socket. Only a host that says that nobody listens (ICMP) is heard, and
// the batch is then sent again. A record that is longer than a datagram is refused, never cut.
#pragma once

#include "runtime/datagrams.h"
#include "stream/transport/syslog_message.h"
#include "stream/transport/transport.h"

namespace waybill::stream {

// UDP over IPv4 holds no more: 65,535 octets (RFC 791 3.1) less two headers.
inline constexpr std::size_t kMostOfDatagram = 65'535 - 20 - 8;

class SyslogDatagrams final : public Transport {
 public:
  SyslogDatagrams(std::string host, std::uint16_t port, const SyslogSettings& settings);

  Grade grade() const override { return Grade::sent; }
  Outcome send(std::span<const Record> batch, runtime::Instant deadline) override;
  void cancel() noexcept override { datagrams_.cancel(); }

 private:
  runtime::Explained<void> send_one(const Record& record, RecordOutcome& outcome,
                                    runtime::Instant deadline);

  runtime::Datagrams datagrams_;
  SyslogMessages messages_;
  std::string message_;
};

}  // namespace waybill::stream

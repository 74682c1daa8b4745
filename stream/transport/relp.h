// Relp: records as messages of RFC 5424 over RELP (stream/transport/relp_frame.h), in clear or by
// TLS, with an acknowledgement for each.
//
// Grade taken: the receiver has taken the record into its queue. What was sent and not acknowledged
// when the connection ends is sent again by the sink, kRelpWindow records at most each time.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/wire.h"
#include "stream/transport/relp_frame.h"
#include "stream/transport/syslog_message.h"
#include "stream/transport/transport.h"

namespace waybill::stream {

// Records that are sent and not acknowledged, at most: four times librelp's own 128, as a sender
// that waits for each quarter of a window keeps both sides busy.
inline constexpr std::size_t kRelpWindow = 512;

class Relp final : public Transport {
 public:
  Relp(runtime::WireTo to, const SyslogSettings& settings);
  ~Relp() override;

  Grade grade() const override { return Grade::taken; }
  Outcome send(std::span<const Record> batch, runtime::Instant deadline) override;
  void cancel() noexcept override { wire_.cancel(); }

 private:
  // What became of the records of a batch that are on their way; the first has the number `first`.
  struct Flight {
    std::uint32_t first = 0;
    std::size_t sent = 0;
    std::size_t answered = 0;
  };

  // A connection whose numbers suffice for `records` more.
  runtime::Explained<void> connect(std::size_t records, runtime::Instant deadline);
  bool still_open(std::size_t records);
  runtime::Explained<void> open(runtime::Instant deadline);
  runtime::Explained<void> exchange(std::span<const Record> batch, Outcome& out,
                                    runtime::Instant deadline);
  void fill(std::span<const Record> batch, Flight& flight, std::string& frames);
  runtime::Explained<void> take(const RelpFrame& frame, Flight& flight, Outcome& out);
  void take_rest(Flight& flight, Outcome& out);
  runtime::Explained<RelpFrame> next_frame(runtime::Instant deadline);

  runtime::Wire wire_;
  SyslogMessages messages_;
  RelpReader reader_;
  std::uint32_t next_txnr_ = 1;
};

}  // namespace waybill::stream

#include "stream/transport/syslog_stream.h"

#include "stream/transport/socket_trouble.h"

namespace waybill::stream {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::Instant;

SyslogStream::SyslogStream(runtime::WireTo to, const SyslogSettings& settings)
    : wire_(std::move(to)), messages_(settings) {}

// What was open has to be sent again.
Failure SyslogStream::give_up(Failure why) {
  wire_.drop();
  ending_ = false;
  if (open_ > 0) why.why += "; records that it has not confirmed are sent again";
  open_ = 0;
  return why;
}

Explained<void> SyslogStream::connect(Instant deadline) {
  if (ending_) {
    auto read = confirm(deadline);
    if (!read) return read.error();
    if (!*read) return Failure{Errc::timeout, "the receiver has not read what was sent before"};
  }
  if (wire_.usable()) return {};
  if (open_ > 0) {
    // The connection's own words: under TLS 1.3 they may be that our certificate is refused.
    if (auto known = wire_.state(); !known) return known;
    return Failure{Errc::closed, "the receiver closed the connection"};
  }
  return wire_.open(deadline);
}

Outcome SyslogStream::send(std::span<const Record> batch, Instant deadline) {
  std::string frames;
  std::string message;
  for (const Record& record : batch) {
    message.clear();
    messages_.append(record, message);
    // RFC 5425 4.3: MSG-LEN SP SYSLOG-MSG.
    frames += std::to_string(message.size());
    frames += ' ';
    frames += message;
  }
  auto sent = connect(deadline);
  if (sent) sent = wire_.write(frames, deadline);
  // Nothing is asked of a receiver, and what it says means nothing.
  (void)wire_.take();
  if (!sent) {
    const Trouble trouble = trouble_of(sent.error());
    return Outcome::nothing(batch.size(), trouble, give_up(sent.error()));
  }
  open_ += batch.size();
  return Outcome::all(batch.size(), Fate::open);
}

Explained<bool> SyslogStream::confirm(Instant deadline) {
  if (open_ == 0) return true;
  ending_ = true;
  auto finished = wire_.finish(deadline);
  if (!finished && finished.error().code == Errc::timeout) return false;
  if (!finished) return give_up(finished.error());
  ending_ = false;
  open_ = 0;
  return true;
}

}  // namespace waybill::stream

#include "stream/transport/syslog_datagrams.h"

#include "stream/transport/socket_trouble.h"

namespace waybill::stream {

using runtime::Errc;
using runtime::Explained;
using runtime::Instant;

SyslogDatagrams::SyslogDatagrams(std::string host, std::uint16_t port,
                                 const SyslogSettings& settings)
    : datagrams_(std::move(host), port), messages_(settings) {}

Outcome SyslogDatagrams::send(std::span<const Record> batch, Instant deadline) {
  Outcome out = Outcome::all(batch.size(), Fate::again);
  // A refusal since the last batch is that of a record which counts already.
  Explained<void> went;
  if (datagrams_.is_open()) (void)datagrams_.heard();
  if (!datagrams_.is_open()) went = datagrams_.open(deadline);
  for (std::size_t i = 0; went && i < batch.size(); ++i) {
    went = send_one(batch[i], out.records[i], deadline);
  }
  if (went) went = datagrams_.heard();
  if (went) return out;
  // Which datagram was refused is not told.
  for (RecordOutcome& record : out.records) {
    if (record.fate == Fate::confirmed) record.fate = Fate::again;
  }
  datagrams_.drop();
  out.trouble = trouble_of(went.error());
  out.why = went.error();
  return out;
}

Explained<void> SyslogDatagrams::send_one(const Record& record, RecordOutcome& outcome,
                                          Instant deadline) {
  message_.clear();
  messages_.append(record, message_);
  Explained<void> went;
  if (message_.size() <= kMostOfDatagram) went = datagrams_.send(message_, deadline);
  const bool too_long =
      message_.size() > kMostOfDatagram || (!went && went.error() == Errc::limit_exceeded);
  if (too_long) {
    outcome = {Fate::refused,
               std::to_string(message_.size()) + " octets are more than one datagram holds"};
    return {};
  }
  if (went) outcome.fate = Fate::confirmed;
  return went;
}

}  // namespace waybill::stream

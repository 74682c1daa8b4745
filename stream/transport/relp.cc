#include "stream/transport/relp.h"

#include <algorithm>

#include "stream/transport/socket_trouble.h"

namespace waybill::stream {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::Instant;

namespace {

constexpr int kRelpYes = 200;
constexpr std::string_view kRelpOffer = "relp_version=0\nrelp_software=waybill\ncommands=syslog";

Failure strange(const std::string& what) { return {Errc::closed, "the receiver " + what}; }

// Words of an answer, in one line.
std::string words_of(const RelpFrame& answer) {
  std::string out = answer.data;
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out.empty() ? "no words" : out;
}

// Whether the offers that an `open` is answered with, a line each, have our command.
bool takes_syslog(const std::string& offers) {
  const std::string_view key = "\ncommands=";
  const auto at = offers.find(key);
  if (at == std::string::npos) return false;
  const auto end = offers.find('\n', at + 1);
  const std::string list = "," + offers.substr(at + key.size(), end - at - key.size()) + ",";
  return list.find(",syslog,") != std::string::npos;
}

}  // namespace

Relp::Relp(runtime::WireTo to, const SyslogSettings& settings)
    : wire_(std::move(to)), messages_(settings) {}

Relp::~Relp() {
  if (!wire_.usable()) return;
  std::string farewell;
  append_relp(next_txnr_, "close", "", farewell);
  // What the system takes at once: nothing is on its way that the answer could say anything of.
  (void)wire_.write(farewell, Instant());
}

Explained<RelpFrame> Relp::next_frame(Instant deadline) {
  for (;;) {
    auto frame = reader_.next();
    if (!frame) return strange("does not speak RELP");
    if (*frame) return std::move(**frame);
    auto came = wire_.await_octets(deadline);
    if (!came) return came.error();
    reader_.feed(wire_.take());
  }
}

// Unasked, a receiver says nothing but that it ends (`serverclose`).
bool Relp::still_open(std::size_t records) {
  return wire_.usable() && wire_.take().empty() && kLastTxnr - next_txnr_ >= records;
}

Explained<void> Relp::connect(std::size_t records, Instant deadline) {
  if (still_open(records)) return {};
  return open(deadline);
}

Explained<void> Relp::open(Instant deadline) {
  auto opened = wire_.open(deadline);
  if (!opened) return opened;
  reader_ = RelpReader();
  next_txnr_ = 1;
  std::string frame;
  append_relp(next_txnr_, "open", kRelpOffer, frame);
  opened = wire_.write(frame, deadline);
  if (!opened) return opened;
  const auto answer = next_frame(deadline);
  if (!answer) return answer.error();
  if (answer->command != "rsp" || answer->txnr != next_txnr_) return strange("speaks another RELP");
  if (relp_status(*answer) != kRelpYes) {
    return Failure{Errc::refused, "the receiver refuses the session: " + words_of(*answer)};
  }
  if (!takes_syslog(answer->data)) {
    return Failure{Errc::refused, "the receiver takes no syslog: " + words_of(*answer)};
  }
  ++next_txnr_;
  return {};
}

Outcome Relp::send(std::span<const Record> batch, Instant deadline) {
  Outcome out = Outcome::all(batch.size(), Fate::again);
  auto passed = connect(batch.size(), deadline);
  if (passed) passed = exchange(batch, out, deadline);
  if (passed) return out;
  wire_.drop();
  out.trouble = trouble_of(passed.error());
  out.why = passed.error();
  return out;
}

Explained<void> Relp::exchange(std::span<const Record> batch, Outcome& out, Instant deadline) {
  Flight flight{.first = next_txnr_};
  std::string frames;
  while (flight.answered < batch.size()) {
    fill(batch, flight, frames);
    if (!frames.empty()) {
      auto written = wire_.write(frames, deadline);
      if (!written) {
        take_rest(flight, out);
        return written;
      }
    }
    auto frame = next_frame(deadline);
    if (!frame) return frame.error();
    if (auto taken = take(*frame, flight, out); !taken) return taken;
  }
  return {};
}

// What a receiver acknowledged before the connection broke need not be sent again.
void Relp::take_rest(Flight& flight, Outcome& out) {
  for (;;) {
    const auto frame = next_frame(Instant());
    if (!frame || !take(*frame, flight, out)) return;
  }
}

// Frames for half a window at least, or for what is left: a write for each acknowledgement would
// be a TLS record and a packet for each record.
void Relp::fill(std::span<const Record> batch, Flight& flight, std::string& frames) {
  frames.clear();
  const std::size_t room = kRelpWindow - (flight.sent - flight.answered);
  const std::size_t left = batch.size() - flight.sent;
  if (room < kRelpWindow / 2 && room < left) return;
  std::string message;
  for (const Record& record : batch.subspan(flight.sent, std::min(room, left))) {
    message.clear();
    messages_.append(record, message);
    append_relp(next_txnr_++, "syslog", message, frames);
    ++flight.sent;
  }
}

Explained<void> Relp::take(const RelpFrame& frame, Flight& flight, Outcome& out) {
  if (frame.command == "serverclose") return strange("ends the session");
  const std::size_t at = std::size_t{frame.txnr} - flight.first;
  const bool expected = frame.command == "rsp" && frame.txnr >= flight.first && at < flight.sent &&
                        out.records[at].fate == Fate::again;
  const auto status = relp_status(frame);
  if (!expected || !status) return strange("answers what was not asked");
  if (*status == kRelpYes) {
    out.records[at].fate = Fate::confirmed;
  } else {
    out.records[at] = {Fate::refused, words_of(frame)};
  }
  ++flight.answered;
  return {};
}

}  // namespace waybill::stream

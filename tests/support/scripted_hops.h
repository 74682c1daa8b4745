// ScriptedHops: next hops that answer by a table, behind the Dialer port and on virtual time. Every
// operation of theirs can be made to fail.
//
// A hop says one text to each step: "connect", "EHLO", "HELO", "MAIL", "RCPT", "DATA", "octets"
// (once a body has begun), "body" (its end), "RSET", "QUIT". Lines are parted by "\r\n", the last
// CRLF is added. "RCPT 2" is said to the second RCPT of a connection, "RCPT refused" after a MAIL
// that was refused.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/dialer.h"
#include "runtime/one_shot.h"
#include "tests/support/virtual_clock.h"

namespace waybill::tests {

// Instead of a text, or at its end.
inline const std::string kSilence = "(silence)";
inline const std::string kHangUp = "(hang up)";
// Nothing more is read: writes wait until their deadline.
inline const std::string kStall = "(stall)";

using HopScript = std::map<std::string, std::string>;

// `script` with one more answer.
HopScript with(HopScript script, const std::string& step, const std::string& says);

// One operation (dial, read or write) that fails, counted from 1.
struct HopFault {
  std::size_t at = 0;
  enum class When {
    before,  // nothing of it happened
    after,   // it happened, but who asked for it is told otherwise
  };
  When when = When::before;
  runtime::Errc error = runtime::Errc::closed;  // or timeout: then it comes at the deadline
};

// The hop's end of one connection.
struct HopWire {
  HopScript script;
  runtime::Endpoint at;
  std::map<std::string, int> times;  // each step was met
  std::string unread;                // by the hop
  std::string arrived;               // at our side
  std::string body;
  bool in_body = false;
  bool mail_refused = false;
  bool stalled = false;
  bool hung_up = false;
  bool cut = false;  // by a fault
  std::optional<runtime::OneShot<bool>> reader;

  void wake();
};

class ScriptedHops final : public runtime::Dialer {
 public:
  explicit ScriptedHops(VirtualClock& clock) : clock_(clock) {}

  // The scripts of the first, second ... connection; the last one stays.
  void listen(const std::string& at, std::deque<HopScript> scripts);
  // Dialling fails so; timeout: at the deadline.
  void fail_dial(const std::string& at, runtime::Errc error);
  void set_fault(HopFault fault) { fault_ = fault; }

  using Dialer::dial;
  runtime::Task<runtime::Result<std::unique_ptr<runtime::Connection>>> dial(
      runtime::Endpoint to, runtime::Instant deadline,
      std::optional<runtime::IpAddress> from) override;

  // On every connection that is open.
  void speak(const std::string& octets);
  void hang_up();
  void hang_up_last();

  // Octets that a read gives at most.
  void set_piece(std::size_t octets) { piece_ = octets; }

  // What happened, a line each: "dial 192.0.2.1:25", "dial 192.0.2.1:25 from 192.0.2.9", command
  // lines as they came, "body 12", "close" (by us).
  const std::vector<std::string>& heard() const { return heard_; }
  std::vector<std::string> take_heard() { return std::exchange(heard_, {}); }
  // Bodies that arrived to their end, dots unstuffed, and how many were answered by 2xx.
  const std::vector<std::string>& bodies() const { return bodies_; }
  std::size_t taken() const { return taken_; }
  void forget_bodies() { bodies_.clear(); }
  // Called with each line of heard() when it happens.
  std::function<void(const std::string&)> on_heard;
  // Octets of bodies so far, as sent.
  const std::string& body_octets() const { return body_octets_; }
  std::size_t operations() const { return operations_; }

 private:
  friend class HopConnection;
  // Whether the fault strikes now.
  bool strikes() { return ++operations_ == fault_.at; }
  runtime::Task<runtime::Result<std::unique_ptr<runtime::Connection>>> answer_dial(
      runtime::Endpoint to, runtime::Instant deadline);
  void hear(HopWire& wire, std::string_view octets);
  void hear_command(HopWire& wire, const std::string& line);
  void hear_body(HopWire& wire);
  void note(std::string line);
  // The code of what was said.
  char say(HopWire& wire, const std::string& step);

  VirtualClock& clock_;
  std::map<std::string, std::deque<HopScript>> scripts_;
  std::map<std::string, runtime::Errc> dial_failures_;
  HopFault fault_;
  std::size_t operations_ = 0;
  std::size_t piece_ = std::string::npos;
  std::vector<std::shared_ptr<HopWire>> wires_;
  std::vector<std::string> heard_;
  std::vector<std::string> bodies_;
  std::string body_octets_;
  std::size_t taken_ = 0;
};

}  // namespace waybill::tests

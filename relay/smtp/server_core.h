// ServerCore: the receiving side of one SMTP session, sans I/O: octets in, steps out.
//
// The core knows the syntax and the order of commands (RFC 5321 4.1), the extensions PIPELINING
// (RFC 2920), SIZE (1870), 8BITMIME (6152), SMTPUTF8 (6531), ENHANCEDSTATUSCODES (2034), CHUNKING
// (3030), DSN (3461), STARTTLS (3207), REQUIRETLS (8689) and PRDR (draft-hall-prdr), end of data,
// dot-stuffing, and its named limits.
// It knows nothing of routes, sockets or time. It never reads ahead of an unanswered step: what a
// pipelining client sent stays buffered.
//
// The driver's loop:
//     core.greet(...)
//     for (;;) switch (core.next(), a Step)
//       NeedInput   -> write core.take_output(), read, core.feed(octets)
//       MailStep, RcptStep, BodyStart, BodyEnd -> judge, then core.answer(reply)
//       BodyChunk   -> keep the octets (valid until the next call of the core)
//       StartTls    -> write core.take_output(), read and write by TLS from here on; no answer
//       Reset       -> the transaction is over without a body; forget it; no answer
//       Hangup      -> write core.take_output(), close
// Replies to everything else (EHLO, NOOP, VRFY, syntax errors, bad sequence) the core writes
// itself.
//
// What the core owes the relay's promises:
//   - end of data is CRLF "." CRLF and nothing else; a bare CR or LF in a body (DATA or BDAT) never
//     becomes part of a message: the body is drained in step to its end, BodyEnd.fault says why,
//     and the driver's answer to it is a refusal;
//   - an argument with CR, LF, NUL or another control octet is refused by 501 and reaches nobody;
//   - memory is bounded: one line (kMaxCommandLine) plus the chunk fed.
// What the driver owes: the octets it feeds stay where they are until next() gives NeedInput or
// Hangup (body pieces are views into them); every step that wants an answer gets one before the
// next next(); a refusal the core has made (syntax_error of a step, BodyEnd.fault) is never turned
// into an acceptance. An answer of 421 ends the session. Owner's thread only. Ends: after Hangup
// the core answers Hangup for ever.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "relay/smtp/body_reader.h"
#include "relay/smtp/envelope.h"
#include "relay/smtp/line_reader.h"
#include "schemas/address.h"
#include "schemas/reply.h"

namespace waybill::relay::smtp {

// Errors after which a session is ended by 421: enough for a clumsy client, too few for a scanner.
inline constexpr int kMaxErrors = 20;
// Commands without mail (NOOP, RSET, HELP, VRFY...) before 421.
inline constexpr int kMaxIdleCommands = 100;
// Octets thrown away to stay in step with a client whose body was refused, so that it reads the
// refusal and does not try again. Above, the refusal is sent and the session ends.
inline constexpr std::uint64_t kMaxDrainedOctets = 1ULL << 30;

struct ServerLimits {
  std::uint64_t max_message_octets = 50ULL << 20;  // SIZE announced; 552 above
  std::size_t max_recipients = 100;     // 452 4.5.3 above (RFC 5321 4.5.3.1.10 asks for 100)
  std::size_t max_transactions = 1000;  // per session, then 421
  friend bool operator==(const ServerLimits&, const ServerLimits&) = default;
};

// Wants more octets: write what take_output() gives first.
struct NeedInput {};

struct MailStep {
  std::string argument;  // the path as sent without angle brackets, cleaned, for the record
  std::optional<schemas::Address> sender;  // nullopt: the null reverse-path, or `syntax_error`
  std::optional<std::uint64_t> size;       // SIZE= as declared
  BodyKind body = BodyKind::seven_bit;
  bool smtputf8 = false;
  MailDsn dsn;
  std::string asked;  // asked.h
  bool prdr = false;  // the client reads answer_each() too
  bool require_tls = false;
  // As RcptStep's: syntax, a parameter, a size above the limit.
  std::optional<schemas::Reply> syntax_error;
};

struct RcptStep {
  std::string argument;  // the path as sent without angle brackets, cleaned, for the record
  // nullopt only with `syntax_error` set.
  std::optional<schemas::Address> recipient;
  // The core has judged already (a syntax error, SMTPUTF8 missing, too many recipients), but the
  // refusal must be on record before it is sent. answer() this step with *syntax_error.
  std::optional<schemas::Reply> syntax_error;
  RcptDsn dsn;
};

// DATA, or the first BDAT, with at least one recipient accepted. A positive answer starts the body
// (the core writes 354 for DATA itself, whatever text the answer has); a negative one refuses it
// and ends the transaction.
struct BodyStart {};

// Octets of header and body, CRLF line ends, dot-stuffing removed.
struct BodyChunk {
  std::string_view octets;
};

// The body is whole. The answer is the reply to it, and ends the transaction.
struct BodyEnd {
  BodyFault fault = BodyFault::none;
  std::uint64_t octets = 0;  // given as BodyChunks
};

// RSET, EHLO or HELO ended the open transaction.
struct Reset {};

// The client is to begin TLS: write the output, and read what TLS gives from here on. All that was
// said before is forgotten, and what came in clear text behind the command is thrown away (RFC 3207
// 4.2, 6): somebody on the way may have put it there.
struct StartTls {};

// QUIT, too many errors, or shut_down(): write the output and close.
struct Hangup {};

using Step = std::variant<NeedInput, MailStep, RcptStep, BodyStart, BodyChunk, BodyEnd, Reset,
                          StartTls, Hangup>;

class ServerCore {
 public:
  ServerCore(std::string host_name, ServerLimits limits);
  ~ServerCore();
  ServerCore(ServerCore&&) noexcept;

  // STARTTLS is announced and taken, until TLS has begun. Before greet().
  void offer_tls();
  // TLS stood before the first octet. REQUIRETLS is announced and taken where TLS is on. Before
  // greet().
  void begin_with_tls();

  // Queues "220 host ESMTP Waybill" (code 220, whatever text the greeting has) or a refusal of the
  // session (554 or 421, then Hangup). Octets fed before it are not held against the client.
  void greet(const schemas::Reply& greeting);

  // Octets from the wire, any split. Only after NeedInput, and at the start; they stay where they
  // are until the next NeedInput.
  void feed(std::string_view octets);

  Step next();

  // The reply to the last MailStep, RcptStep, BodyStart or BodyEnd. Dropped after shut_down().
  void answer(const schemas::Reply& reply);

  // The reply to a BodyEnd where MAIL had PRDR: first one for each RCPT that was accepted, in their
  // order, then `whole` as answer() has it.
  void answer_each(const std::vector<schemas::Reply>& each, const schemas::Reply& whole);

  // Queues `reply` (a 421) and makes the next step Hangup, at any moment.
  void shut_down(const schemas::Reply& reply);

  // Octets to write, in order; empty if none.
  std::string take_output();
  bool has_output() const;
  // The output holds a reply that must not wait for the steps that follow: all but those to MAIL
  // and RCPT (RFC 2920 3.2).
  bool output_is_urgent() const;

  const std::string& helo() const;  // the client's EHLO or HELO name; empty before
  bool esmtp() const;               // EHLO was used
  std::size_t recipients() const;   // accepted in the open transaction
  // True between a positive answer to BodyStart and BodyEnd: the driver's clock is the body's.
  bool in_body() const;
  std::uint32_t errors() const;  // answered so far, those of kMaxErrors
  // Octets of the open body that have come, those of a faulty one too, which nobody gets.
  std::uint64_t body_octets() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace waybill::relay::smtp

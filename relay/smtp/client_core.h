// ClientCore: the sending side of an SMTP session, sans I/O: commands and bodies in, octets out;
// octets in, replies out.
//
// Promises: no argument with CR, LF, NUL or another control octet ever becomes octets: such a call
// breaks a promise of the caller (check), because addresses were parsed and names validated before.
// The same holds for a space inside a host name or a parameter's value.
// A reply is whole lines only, at most kMaxReplyOctets and kMaxReplyLinesRead; lines may end in LF
// alone (hosts in the wild do), text is cleaned of control octets. Where the codes of its lines
// differ, which RFC 5321 4.2.1 forbids and hosts in the wild send, the last line decides and all
// words are kept. A line without a code, or a code outside 200..599, is Errc::invalid, and the
// connection is of no more use. Whether the server can take the message at all (an address that
// needs SMTPUTF8, a size above its limit) is for the caller to judge by Extensions; here a
// parameter not offered is just not written. Owner's thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/smtp/sasl_client.h"
#include "runtime/result.h"
#include "schemas/address.h"
#include "schemas/reply.h"

namespace waybill::relay::smtp {

// A hostile server could answer without end. Postfix allows 1,000 lines; none honest needs 100.
inline constexpr std::size_t kMaxReplyOctets = 64 * 1024;
inline constexpr std::size_t kMaxReplyLinesRead = 100;

// Reads replies out of a stream that arrives in any split. After an error every next() gives that
// error again.
class ReplyReader {
 public:
  void feed(std::string_view octets);
  // The next whole reply; nullopt: more octets are needed. Errc::invalid, Errc::limit_exceeded.
  runtime::Result<std::optional<schemas::Reply>> next();
  // True if octets beyond the last reply taken are waiting: the server spoke unasked.
  bool has_rest() const;

 private:
  enum class Taken { more_follow, last };
  // Takes one line, without its LF, into reply_.
  runtime::Result<Taken> take_line(std::string_view line);
  runtime::Error fail(runtime::Errc code);

  std::string buffer_;
  std::size_t consumed_ = 0;  // where the first line not yet taken begins
  std::size_t searched_ = 0;  // up to where no LF was found in it
  schemas::Reply reply_;      // the lines taken so far
  std::size_t lines_ = 0;
  std::size_t octets_ = 0;
  std::optional<runtime::Error> failed_;
};

// What the server offered in answer to EHLO (RFC 5321 4.1.1.1).
struct Extensions {
  bool pipelining = false;
  bool eight_bit_mime = false;
  bool smtputf8 = false;
  bool chunking = false;
  bool dsn = false;
  bool enhanced_status_codes = false;
  bool starttls = false;
  bool asked = false;                 // XASKED
  bool require_tls = false;           // REQUIRETLS (RFC 8689)
  std::vector<Mechanism> auth;        // of those known here, each once
  std::optional<std::uint64_t> size;  // absent: SIZE not offered; 0: no limit known
};

// `reply` is the positive answer to EHLO: its first line is the greeting, then a keyword a line.
Extensions parse_extensions(const schemas::Reply& reply);

// Texts of RFC 3461 are as they stand in a command: upper-case words, xtext already encoded. Empty:
// not written.
struct MailParameters {
  std::optional<schemas::Address> sender;  // nullopt: null reverse-path
  std::optional<std::uint64_t> size;
  bool eight_bit_mime = false;
  bool smtputf8 = false;
  // The sender that the message came from is not ASCII, whatever return path goes out in its place.
  bool utf8_sender = false;
  std::string ret;    // "FULL" or "HDRS"
  std::string envid;  // xtext
  std::string asked;  // asked.h
  bool require_tls = false;
};

struct RcptParameters {
  schemas::Address recipient;
  std::string notify;  // "NEVER", or any of "SUCCESS,FAILURE,DELAY"
  std::string orcpt;   // "rfc822;xtext"
};

// The command lines, each with its CRLF. Parameters are written only where `offered` has them.
std::string ehlo_command(std::string_view host_name);
std::string helo_command(std::string_view host_name);
std::string mail_command(const MailParameters& parameters, const Extensions& offered);
std::string rcpt_command(const RcptParameters& parameters, const Extensions& offered);
std::string rcpt_command(const schemas::Address& recipient);
inline constexpr std::string_view kDataCommand = "DATA\r\n";
inline constexpr std::string_view kStartTlsCommand = "STARTTLS\r\n";
inline constexpr std::string_view kQuitCommand = "QUIT\r\n";
inline constexpr std::string_view kRsetCommand = "RSET\r\n";

// The data writer: dot-stuffs a message that arrives in chunks and ends it by CRLF.CRLF. The
// message's lines end in CRLF already (the server core saw to it). Refused by Errc::invalid all the
// same, so that nothing can end the data early at a more generous server:
//   - a bare CR or LF: some servers read LF.LF or CR.CR as the end;
//   - a line that begins with NUL: some drop NULs, and CRLF NUL.CRLF becomes the end.
// A refused chunk leaves `out` as it was, and all later calls are refused too: the data can then be
// neither continued nor ended, and the connection must be closed.
class BodyWriter {
 public:
  // Octets to send for this chunk, appended to `out`.
  runtime::Result<void> write(std::string_view chunk, std::string& out);
  // The end of data, appended to `out`; puts a CRLF before the dot if the message lacks its last.
  runtime::Result<void> finish(std::string& out);

 private:
  // False: the chunk is refused; `out` may then hold a part of it.
  bool append(std::string_view chunk, std::string& out);

  bool line_start_ = true;
  bool after_cr_ = false;
  bool refused_ = false;
};

}  // namespace waybill::relay::smtp

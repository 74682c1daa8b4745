// LineReader: command lines out of octets that arrive in any split.
//
// A line ends in CRLF and in nothing else. One that is broken by a bare LF or has too many octets
// is given once, at the octet that shows it, with its fault; what follows is thrown away up to the
// next CRLF. So such a line is one refused line to everybody, never two commands.
// Limits: kMaxCommandLine octets are kept, whatever the peer sends. Owner's thread only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace waybill::relay::smtp {

// Octets of one command line with its CRLF. RFC 5321 4.5.3.1.4 gives 512; SIZE, DSN, SMTPUTF8 and
// long addresses extend it (RFC 6531 3.4, RFC 3461 4 and 5): 512 + 26 + 10 + 200 + 1,000, rounded
// up.
inline constexpr std::size_t kMaxCommandLine = 2048;

enum class LineFault { none, too_long, bare_line_feed };

struct Line {
  std::string_view text;  // without its CRLF; valid until the next read()
  LineFault fault = LineFault::none;
};

class LineReader {
 public:
  // Takes octets from the front of `input`, one line at most; nullopt: all of it was taken and the
  // line goes on.
  std::optional<Line> read(std::string_view& input);

 private:
  // True once the CRLF has been passed that ends a faulty line.
  bool skip(std::string_view& input);
  Line faulty(LineFault fault);

  std::string line_;
  bool given_ = false;  // line_ was given and can be forgotten
  bool skipping_ = false;
  bool after_cr_ = false;  // while skipping: the last octet taken was CR
};

}  // namespace waybill::relay::smtp

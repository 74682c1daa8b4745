// Command: one command line taken apart, as far as all commands are alike (RFC 5321 4.1.1).
// Pure functions over views into the line.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace waybill::relay::smtp {

enum class Verb {
  unknown,
  ehlo,
  helo,
  mail,
  rcpt,
  data,
  bdat,
  rset,
  starttls,
  noop,
  vrfy,
  help,
  quit,
  not_offered,  // a command of SMTP or one of its extensions that this server does not have
  http,         // a line of HTTP: somebody makes a browser or a proxy speak to us
};

struct Command {
  Verb verb = Verb::unknown;
  std::string_view argument;  // without the spaces around it
};

// `line` without its CRLF. Spaces at its end are no part of it (RFC 5321 4.1.1).
Command parse_command(std::string_view line);

// The argument of BDAT (RFC 3030 2): size ["LAST"]. A size of more than 64 bits is the largest that
// fits: it is above every limit. nullopt: it is none, so nobody can say where the next command
// starts or whether the message is whole.
struct ChunkArgument {
  std::uint64_t size = 0;
  bool last = false;
};
std::optional<ChunkArgument> parse_chunk_argument(std::string_view argument);

// Decimal digits and nothing else, at least one; the largest value for what does not fit.
std::optional<std::uint64_t> parse_count(std::string_view digits);

}  // namespace waybill::relay::smtp

// Record: what a dustbin tells of a message or of a refused recipient, as a line for people or as
// JSON.
//
// Whatever a client sent, a line is one line and does nothing to a terminal: control characters and
// octets that are no UTF-8 are shown as \xNN. JSON is valid UTF-8; such octets become U+FFFD there.
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/time.h"
#include "schemas/address.h"
#include "schemas/reply.h"

namespace waybill::tools::dustbin {

// The client that sent what came next.
struct Origin {
  runtime::WallTime at;
  std::string client;                      // "127.0.0.1:40000"
  std::string helo;                        // as sent
  std::optional<schemas::Address> sender;  // nullopt: the null reverse-path
};

// A body was whole and answered, be it by a refusal.
struct Message {
  Origin origin;
  std::vector<schemas::Address> recipients;  // those accepted at RCPT
  std::uint64_t octets = 0;
  std::string subject;     // unfolded, undecoded; empty: none
  std::string message_id;  // with its angle brackets; empty: none
  std::string header;      // as it came, at most kKeptHead octets (session.h)
  schemas::Reply reply;
  std::string file;  // name in the dump directory; empty: not written
};

// A RCPT was refused.
struct Refusal {
  Origin origin;
  std::string recipient;  // the path as sent
  schemas::Reply reply;
};

// "12:00:00Z accepted  from <a@example.org> to <b@example.net>, 321 octets, ..."; no line end.
std::string line_of(const Message& message);
std::string line_of(const Refusal& refusal);

// An object on one line: {"event":"message",...} or {"event":"recipient",...}; no line end.
std::string json_of(const Message& message);
std::string json_of(const Refusal& refusal);

// `text` fit for a terminal; a backslash is doubled, so that nothing looks escaped that was not.
std::string escaped(std::string_view text);

}  // namespace waybill::tools::dustbin

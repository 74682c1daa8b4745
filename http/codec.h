// HTTP/1.1 in octets (RFC 9112): heads of requests in, responses out. Does no I/O; one HeadReader
// for each connection, fed what came, in pieces of any size. The only file of this folder that sees
// Beast.
//
// Questions have no content, so a body is never read: a request with one is answered and the
// connection closed. Refused outright: Content-Length beside Transfer-Encoding, repeated or odd
// lengths, a missing or second Host (RFC 9112 3.2), a Host that is not local (local_host.h),
// versions but 1.0 and 1.1.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "http/hosts.h"
#include "http/problem.h"
#include "http/response.h"
#include "runtime/time.h"

namespace waybill::http {

struct Stream;

// Octets of a request line with all its fields: many times what a client of this API sends, and
// what common servers take.
inline constexpr std::size_t kMaxHead = 8 << 10;

// Of the versions that are spoken here, the client's.
enum class Version { http_1_0, http_1_1 };

struct Head {
  std::string method;
  std::string target;
  Fields fields;
  Version version = Version::http_1_1;
  bool has_body = false;  // the connection is of no use after the answer
  bool keep_alive = false;
};

// After a Problem the connection is of no more use.
using Incoming = std::variant<Head, Problem>;

class HeadReader {
 public:
  explicit HeadReader(Hosts hosts = Hosts::local);
  ~HeadReader();

  // What came after what was fed before. Not after a Problem or a head with a body.
  void feed(std::string_view octets);

  // The next head; nullopt: it is not whole yet.
  std::optional<Incoming> next();

  // Nothing of a further request is here.
  bool idle() const;

  // Octets that were fed and belong to no head that was given.
  std::size_t unread() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

enum class Content { send, leave_out };
enum class After { keep_alive, close };

// The response whole. To HEAD (RFC 9110 9.3.2) the fields are those of the GET and the content is
// left out.
std::string write_response(const Response& response, Content content, After after,
                           runtime::WallTime now);

// How the end of a stream's body is marked: by the last chunk (RFC 9112 7.1), or, to a client of
// HTTP/1.0, by the end of the connection (RFC 9112 6.3); or by its length, where that is known.
enum class Framing { chunked, until_close, by_length };

// What comes before the body of a stream. After::close where it goes until_close.
std::string write_stream_head(const Stream& stream, Framing framing, After after,
                              runtime::WallTime now);
// `octets` are not empty: an empty chunk is the last one.
std::string write_chunk(std::string_view octets);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// RFC 9110 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(runtime::WallTime time);

}  // namespace waybill::http

// Stream: an answer that is sent piece by piece, for what does not fit in memory or does not end:
// an export, a feed. Each piece is with the client's system before the next one is asked for, so
// that a slow reader slows its source and nothing piles up.
//
// A stream that does not end whole is cut, and the client sees that it was (RFC 9112 8): the last
// chunk is missing. A client of HTTP/1.0 cannot see it, for there the end of the connection is the
// end of the body.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "http/response.h"
#include "runtime/result.h"
#include "runtime/task.h"
#include "runtime/time.h"

namespace waybill::http {

// nullopt: the piece before was the last one. Any error cuts the stream; Errc::refused: who reads
// may not read any more. An empty piece is left out.
using Piece = runtime::Result<std::optional<std::string>>;

// Where the pieces come from, on the server's thread. It lives until the stream has ended.
class Source {
 public:
  virtual ~Source() = default;

  // The next piece, by `until`. Errc::timeout then, and not before: there is none yet; it is asked
  // again.
  virtual runtime::Task<Piece> next(runtime::Instant until) = 0;

  // Nobody reads any more: the client is gone or too slow, a limit was met, the server stops. A
  // next() under way ends now, with whatever; none follows. Called once, or never if the stream
  // ended whole.
  virtual void cancel() noexcept {}
};

// A source that blocks: called on a worker, one call after another. It does not wait for anything
// that may never come: a worker is a thread.
using Pull = std::function<Piece()>;

// A source that blocks and has times with nothing to say: a feed. pull() is called on a worker; its
// empty piece says that there is nothing yet. The rest is called on the server's thread, and none
// while pull() runs but cancel().
class Follower {
 public:
  virtual ~Follower() = default;

  virtual Piece pull() = 0;
  // Whether pull() would find something to say or to look at.
  virtual bool ready() = 0;
  // Called once before each pull(): whether that one waits for other servers, and is to run on
  // workers of its own, so that no stream waits behind one that does.
  virtual bool asks_others() { return false; }
  // Until that may be so, or about `until`.
  virtual runtime::Task<void> wait(runtime::Instant until) = 0;
  // As of a Source: a wait() under way ends now.
  virtual void cancel() noexcept = 0;
};

// Of one stream, by its handler.
struct StreamLimits {
  // For 64 KiB to be taken by the client: 2 kB/s is the slowest reader.
  runtime::Duration write = std::chrono::seconds(30);
  // Between two pieces of the source: a feed sends a sign of life more often than that.
  runtime::Duration idle = std::chrono::seconds(60);
  // From its first piece to its last, so that none lives for ever.
  runtime::Duration whole = std::chrono::hours(1);
};

struct Stream {
  unsigned status = 200;
  std::string content_type = kJsonType;
  Fields fields{};
  StreamLimits limits{};
  // Octets that the source gives, where that is known before: the client is told (RFC 9110 8.6). A
  // source that gives another count is cut.
  std::optional<std::uint64_t> length{};
  Shown shown{};  // none of it goes out
  std::variant<std::unique_ptr<Source>, Pull, std::unique_ptr<Follower>> body;
};

}  // namespace waybill::http

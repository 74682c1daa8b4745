// Handler: one route's answer. It reads the question and touches no store; what must read one comes
// back as a Read, which blocks and therefore runs on a worker. An answer is a Response, whole in
// memory, or a Stream, sent piece by piece. A Read that can often do without waiting is a
// QuickRead, one that waits for other servers a RemoteRead, and one that has to wait for something
// here a DelayedRead.
//
// A handler runs on one of the server's threads, a Read on any; both may run beside others of the
// same route. What a Read holds it owns, or it outlives the server.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <variant>

#include "http/request.h"
#include "http/response.h"
#include "http/stream.h"
#include "runtime/task.h"

namespace waybill::http {

using Answer = std::variant<Response, Stream>;
using Read = std::function<Answer()>;

// `at_once` is tried on the thread of the connection, before a worker is asked for: it must not
// block, and takes a millisecond at most. nullopt: it would have to, and `read` is run.
struct QuickRead {
  std::function<std::optional<Answer>()> at_once;
  Read read;
};

// It runs on workers of its own, so that no Read waits for one that waits for another server.
struct RemoteRead {
  Read read;
};

// It runs once `ready` says so, and after `at_most` in any case; until then no worker waits.
// `ready` is called on the connection's thread, every kReadyAgain: it must not block.
struct DelayedRead {
  std::function<bool()> ready;
  std::chrono::milliseconds at_most{0};
  Read read;
};
inline constexpr std::chrono::milliseconds kReadyAgain{10};

// It is awaited on the connection's thread, and does not block: for what changes something, and
// waits until that is durable. Its answer says whether it put on record itself who did what
// (Response::is_on_record). What it holds it owns, or it outlives the server.
struct Deed {
  std::function<runtime::Task<Response>()> run;
};

using Plan = std::variant<Response, Read, QuickRead, RemoteRead, DelayedRead, Deed, Stream>;
using Handler = std::function<Plan(const Request&)>;

}  // namespace waybill::http

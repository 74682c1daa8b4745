// Connection: a byte stream to one peer (TCP, or a pipe of the simulation).
//
// Promises: bytes arrive in order or not at all. Every wait ends at its deadline. After any error
// other than timeout on read the connection is of no more use.
// The caller owes: at most one read and one write in flight; all calls on executor()'s thread; it
// keeps the connection alive until its calls have ended. Destruction closes.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "runtime/endpoint.h"
#include "runtime/result.h"
#include "runtime/task.h"
#include "runtime/time.h"
#include "runtime/tls_facts.h"

namespace waybill::runtime {

class Connection {
 public:
  virtual ~Connection() = default;

  // Between 1 and into.size() octets. Errc::closed at the peer's end of stream, Errc::timeout.
  virtual Task<Result<std::size_t>> read_some(std::span<char> into, Instant deadline) = 0;

  // All of `bytes`, which must stay alive until the task ends. On an error an unknown part was
  // sent.
  virtual Task<Result<void>> write(std::string_view bytes, Instant deadline) = 0;

  // The last words before close(): what of `bytes` the kernel takes at once is sent, the rest is
  // lost. No write is in flight.
  virtual void write_last(std::string_view bytes) noexcept { (void)bytes; }

  // Ends both directions; a call in flight on this connection ends with Errc::closed.
  virtual void close() noexcept = 0;

  // True while the peer has neither closed nor sent anything unasked: a pooled connection is only
  // good as long as this holds. Never blocks.
  virtual bool quiet() noexcept = 0;

  // nullopt: what crosses it can be read on the way, or no handshake was made yet.
  virtual std::optional<TlsFacts> tls() const { return std::nullopt; }

  virtual const Endpoint& local() const = 0;
  virtual const Endpoint& remote() const = 0;
  virtual Executor executor() const = 0;
};

}  // namespace waybill::runtime

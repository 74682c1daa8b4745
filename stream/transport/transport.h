// Transport: the way to one receiver. It is told records in batches and says what became of each;
// what to do about it (wait, halve, park, stop) is the sink's, and the same for all transports.
//
// A transport blocks and is used by one thread at a time, that of its sink; cancel() alone may come
// from any. It keeps nothing between calls but connections, and what was sent and not confirmed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.h"
#include "runtime/failure.h"
#include "stream/mapping/record.h"

namespace waybill::stream {

// What a receiver's word is worth. Never one word for all of it.
enum class Grade : std::uint8_t {
  stored,  // it is on the receiver's disk, or on as many as the receiver asks for
  taken,   // the receiver has it in memory and has said so
  read,    // the receiver's process has read it; nobody said so
  sent,    // it was given to the network
};
std::string_view word(Grade grade);

// What became of one record.
enum class Fate : std::uint8_t {
  confirmed,  // by the transport's grade
  repeat,     // confirmed, and the receiver says that it had it already
  open,       // sent; confirm() will tell
  again,      // not taken, and not for anything in the record: to be sent again
  refused,    // the receiver will never take this record as it is
};

struct RecordOutcome {
  Fate fate = Fate::again;
  std::string why{};  // the receiver's words, of `refused`
};

// What stands in the way of the records that are to be sent again.
enum class Trouble : std::uint8_t {
  none,
  // Away, busy, cut off, out of time: the same batch may pass later.
  weather,
  // The receiver refused the batch as a whole for something in it (HTTP 400, 413): a part may pass.
  batch,
  // The receiver does not know us, or what we write to is not there (401, 403, 404, a certificate
  // that is not trusted): someone has to mend it. Nothing is lost meanwhile.
  setup,
};

struct Outcome {
  // One for each record of the batch, in its order. Never empty.
  std::vector<RecordOutcome> records{};
  Trouble trouble = Trouble::none;
  // With trouble: what was seen, whose words they are, and what to do. Of Failure's form.
  runtime::Failure why{};
  // Asked for by the receiver (Retry-After, RFC 9110 10.2.3).
  std::optional<runtime::Duration> retry_after{};
  // Records of the batch that the receiver refused without saying which (OTLP's partial success):
  // all are `confirmed`, and the specification forbids to send them again.
  std::size_t unnamed_refusals = 0;

  static Outcome all(std::size_t records, Fate fate);
  // Nothing of the batch was taken, as far as is known.
  static Outcome nothing(std::size_t records, Trouble trouble, runtime::Failure why);
};

// The most that one batch should have for this transport; the sink keeps to it.
struct BatchBounds {
  std::size_t records = 1'000;
  std::size_t octets = 4 << 20;
};

class Transport {
 public:
  virtual ~Transport() = default;

  virtual Grade grade() const = 0;
  virtual BatchBounds bounds() const { return {}; }
  // Sends the batch, which has at least one record and stays alive until the call ends. Ends by
  // `deadline`, or soon after cancel().
  virtual Outcome send(std::span<const Record> batch, runtime::Instant deadline) = 0;

  // Whether all that was `open` since the last confirm() has been read by the receiver. True where
  // nothing is open. After an error, or a send() that had trouble other than Trouble::batch, what
  // was open has to be sent again.
  virtual runtime::Explained<bool> confirm(runtime::Instant deadline) {
    (void)deadline;
    return true;
  }

  // How long that may take before all of it is sent again.
  virtual runtime::Duration confirm_patience() const { return std::chrono::minutes(1); }

  // Whoever waits in send() or confirm() gets trouble soon, and so does everyone after. Any thread.
  virtual void cancel() noexcept = 0;
};

}  // namespace waybill::stream

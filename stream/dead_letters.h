// DeadLetters: the records of one sink that its receiver will never take as they are, or that could
// not be made at all: each a line of JSON with its reason, on the disk before the sink goes on.
//
//   {"time":"...","partition":0,"index":1234,"event_id":"...","kind":"...","why":"...",
//    "record":"..."}
//
// `waybill sink retry NAME` moves the file aside, and the sink takes its events up once more: what
// is refused again comes back here. Bounded by kMostDeadLetters: a receiver that refuses everything
// is a fault of its setup, and the sink stands still instead.
#pragma once

#include <string>
#include <vector>

#include "runtime/clock.h"
#include "runtime/durable_file.h"
#include "runtime/failure.h"
#include "stream/source.h"

namespace waybill::stream {

// As much as a person can look through, and as is read at one time.
inline constexpr std::size_t kMostDeadLetters = runtime::kMostFile;

struct DeadLetter {
  EventSpot at;
  std::string event_id{};
  std::string kind{};
  std::string why{};
  std::string record{};  // as it was refused; empty: it could not be made
};

class DeadLetters {
 public:
  // `path`: data_dir/sinks/NAME.dead. The clock outlives it.
  DeadLetters(std::string path, const runtime::Clock& clock)
      : path_(std::move(path)), retry_(path_ + ".retry"), clock_(clock) {}

  // All of them are on the disk. Errc::limit_exceeded: there would be too many; no_space, io_error.
  runtime::Explained<void> add(const std::vector<DeadLetter>& letters);

  // Those that are to be sent again; none: nobody asked for it. Errc::invalid: the file is none,
  // and was put aside.
  runtime::Explained<std::vector<EventSpot>> to_retry() const;
  // Pure: of the file's octets. A line that was cut is the last one, and passed over.
  static runtime::Explained<std::vector<EventSpot>> parse(std::string_view octets);
  // They are settled. Errc::io_error: that cannot be said, and they would be sent again.
  runtime::Explained<void> retried();

  // Octets of those that nobody has asked to send again.
  std::uint64_t octets() const;

 private:
  runtime::Explained<void> remove_retry() const;

  const std::string path_;
  const std::string retry_;
  const runtime::Clock& clock_;
};

// For who asks that the dead letters at `path` be sent again. Errc::not_found: there are none;
// refused: those of before are not settled yet.
runtime::Explained<void> ask_to_retry(const std::string& path);

}  // namespace waybill::stream

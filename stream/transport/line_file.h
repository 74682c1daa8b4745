// LineFile: a record a line, in a file that collectors follow (NDJSON where the bodies are JSON).
//
// Grade stored: a batch counts once its octets are on the disk (fdatasync), and the file's name,
// where it is new (fsync of the directory). After a crash the file may end with a part of a batch
// that nobody was told of: half a line is cut off at the next start, whole lines stay, and the
// batch comes again behind them. A write or sync that failed is taken back likewise at once.
//
// The file is rotated between batches, by size and by age: `path` becomes `path.1`, that becomes
// `path.2`, and what would be `path.(kept + 1)` goes: a collector that is away for longer than the
// kept files last has lost records. Where another program renames or removes the file (logrotate),
// the next batch begins a new one; one that cuts it (copytruncate) is noticed, too.
//
// The file is locked (flock(2)): two sinks in one file would cut each other's lines. Calls block as
// long as the disk does; a deadline ends none of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "runtime/clock.h"
#include "stream/transport/transport.h"

namespace waybill::stream {

struct LineFileSettings {
  std::string path{};
  // 0: never by size. A file may have one batch more.
  std::uint64_t rotate_octets = 256 << 20;
  // 0: never by age. Counted from when the file was made.
  runtime::Duration rotate_age = std::chrono::hours(24);
  unsigned kept = 7;  // 1 at least, besides the file that is written
};

class LineFile final : public Transport {
 public:
  // The clock tells ages and outlives it.
  LineFile(LineFileSettings settings, const runtime::Clock& clock);
  ~LineFile() override;
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  Grade grade() const override { return Grade::stored; }
  // A sync costs the same for few and for many.
  BatchBounds bounds() const override { return {.records = 10'000, .octets = 8 << 20}; }
  Outcome send(std::span<const Record> batch, runtime::Instant deadline) override;
  void cancel() noexcept override { cancelled_ = true; }

 private:
  struct Stuck {
    Trouble trouble = Trouble::weather;
    runtime::Failure why{};
  };
  // Of one system call that failed, by errno. nullopt, of all below: it went well.
  Stuck stuck(const std::string& what) const;

  std::optional<Stuck> ready();
  std::optional<Stuck> open();
  std::optional<Stuck> cut_half_line();
  std::optional<Stuck> rotate_if_due();
  std::optional<Stuck> rotate();
  std::optional<Stuck> write(const std::string& lines);
  bool is_still_at_its_path() const;
  void close() noexcept;
  std::string kept_path(unsigned number) const;

  const LineFileSettings settings_;
  const runtime::Clock& clock_;
  std::atomic<bool> cancelled_{false};
  int file_ = -1;
  std::uint64_t size_ = 0;  // all of it is whole lines
  runtime::WallTime made_{};
};

}  // namespace waybill::stream

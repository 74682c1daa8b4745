// Spool: one message while its sender waits. In memory up to a set size, above it in an unlinked
// file: no name, gone with the process. Nothing of a message is ever kept.
//
// Owner's thread; file work runs on workers. Append everything, then read any number of times.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/message/needs.h"
#include "runtime/permits.h"
#include "runtime/result.h"
#include "runtime/task.h"
#include "runtime/workers.h"

namespace waybill::relay::message {

// One write or read of the file: large enough to be cheap, small enough to bound memory. A message
// shorter than this touches no file.
inline constexpr std::size_t kSpoolPieceOctets = 256 << 10;

struct SpoolSettings {
  std::string directory;                    // for the unlinked file
  std::uint64_t memory_octets = 256 << 10;  // kept in memory; also what head() shows at most
  runtime::Workers* workers = nullptr;      // outlives every spool
  runtime::Permits* file_octets = nullptr;  // budget of all spool files together; outlives them
  // Budget of the memory of all spools together; outlives them. nullptr: there is none.
  runtime::Permits* all_memory = nullptr;
};

// What a message may take of it beyond memory_octets, once it has a file: the piece that is on its
// way to the file, and the one that was read back.
inline constexpr std::uint64_t kSpoolFileMemory = 2 * kSpoolPieceOctets;
// The budget is taken in such steps, or in less where that is all that a message may take.
inline constexpr std::uint64_t kSpoolMemoryStep = 16 << 10;

class Spool {
 public:
  struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };

  explicit Spool(SpoolSettings settings);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // `octets` must live until the task ends. Errc::limit_exceeded: a budget is used up;
  // Errc::io_error: the disk failed. After an error the spool is of no more use.
  runtime::Task<runtime::Result<void>> append(std::string_view octets);

  // From now on the message is without these octets, in order and apart from each other.
  void leave_out(std::vector<Range> ranges);

  // The octets from `offset` on, at least one unless offset is size(). Several may read at a time:
  // what one got is valid until it waits again.
  runtime::Task<runtime::Result<std::string_view>> read(std::uint64_t offset);

  std::uint64_t size() const { return size_ - left_out_; }
  // Octets that leave_out() took from it.
  std::uint64_t left_out() const { return left_out_; }

  // Of all that was appended.
  Needs needs() const { return scan_.needs(); }

  // The beginning of the message as it was appended, as far as memory holds it: the whole header
  // unless that is huge.
  std::string_view head() const { return memory_; }

 private:
  struct File;
  bool hold_memory();
  runtime::Task<runtime::Result<void>> flush_tail();
  runtime::Task<runtime::Result<std::string_view>> read_kept(std::uint64_t offset);

  SpoolSettings settings_;
  NeedsScan scan_;
  std::string memory_;
  std::string tail_;        // beyond memory, not yet in the file
  std::string window_;      // what the last read() of the file gave
  std::uint64_t size_ = 0;  // as appended
  std::uint64_t left_out_ = 0;
  std::vector<Range> ranges_;
  std::uint64_t in_file_ = 0;
  std::uint64_t memory_held_ = 0;
  std::shared_ptr<File> file_;
  std::vector<runtime::Permits::Held> held_;
};

}  // namespace waybill::relay::message

#include "relay/message/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace waybill::relay::message {

using runtime::Errc;
using runtime::Result;
using runtime::Task;

struct Spool::File {
  int descriptor = -1;
  ~File() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

namespace {

int open_unlinked(const std::string& directory) {
  const int unnamed = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (unnamed >= 0) return unnamed;
  // Not every file system has O_TMPFILE.
  std::string name = directory + "/spool-XXXXXX";
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

Result<void> write_at(int descriptor, std::string_view octets, std::uint64_t offset) {
  while (!octets.empty()) {
    const ssize_t wrote =
        ::pwrite(descriptor, octets.data(), octets.size(), static_cast<off_t>(offset));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return make_error_code(Errc::io_error);
    octets.remove_prefix(static_cast<std::size_t>(wrote));
    offset += static_cast<std::uint64_t>(wrote);
  }
  return {};
}

Result<std::string> read_at(int descriptor, std::size_t count, std::uint64_t offset) {
  std::string out(count, '\0');
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got =
        ::pread(descriptor, out.data() + done, count - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return make_error_code(Errc::io_error);
    done += static_cast<std::size_t>(got);
  }
  return out;
}

}  // namespace

Spool::Spool(SpoolSettings settings) : settings_(std::move(settings)) {}
Spool::~Spool() = default;

// False: the budget has no room for what was appended.
bool Spool::hold_memory() {
  if (settings_.all_memory == nullptr) return true;
  const std::uint64_t most = settings_.memory_octets + kSpoolFileMemory;
  const std::uint64_t steps = (size_ + kSpoolMemoryStep - 1) / kSpoolMemoryStep;
  const std::uint64_t needed = std::min(most, steps * kSpoolMemoryStep);
  if (needed <= memory_held_) return true;
  auto more = settings_.all_memory->try_take(needed - memory_held_);
  if (!more) return false;
  held_.push_back(std::move(*more));
  memory_held_ = needed;
  return true;
}

Task<Result<void>> Spool::append(std::string_view octets) {
  size_ += octets.size();
  scan_.read(octets);
  if (!hold_memory()) co_return make_error_code(Errc::limit_exceeded);
  if (in_file_ == 0 && tail_.empty()) {
    const std::size_t room = settings_.memory_octets - memory_.size();
    memory_.append(octets.substr(0, room));
    octets.remove_prefix(std::min(room, octets.size()));
  }
  while (!octets.empty()) {
    const std::size_t room = kSpoolPieceOctets - tail_.size();
    tail_.append(octets.substr(0, room));
    octets.remove_prefix(std::min(room, octets.size()));
    if (tail_.size() < kSpoolPieceOctets) break;
    auto flushed = co_await flush_tail();
    if (!flushed) co_return flushed;
  }
  co_return Result<void>();
}

Task<Result<void>> Spool::flush_tail() {
  auto budget = settings_.file_octets->try_take(tail_.size());
  if (!budget) co_return make_error_code(Errc::limit_exceeded);
  held_.push_back(std::move(*budget));
  if (file_ == nullptr) file_ = std::make_shared<File>();
  const std::uint64_t at = in_file_;
  in_file_ += tail_.size();
  auto job = [file = file_, directory = settings_.directory, tail = std::exchange(tail_, {}),
              at]() -> Result<void> {
    if (file->descriptor < 0) file->descriptor = open_unlinked(directory);
    if (file->descriptor < 0) return make_error_code(Errc::io_error);
    return write_at(file->descriptor, tail, at);
  };
  co_return co_await run_on(*settings_.workers, std::move(job));
}

void Spool::leave_out(std::vector<Range> ranges) {
  ranges_ = std::move(ranges);
  left_out_ = 0;
  for (const Range& range : ranges_) left_out_ += range.end - range.begin;
}

Task<Result<std::string_view>> Spool::read(std::uint64_t offset) {
  std::uint64_t most = UINT64_MAX;
  for (const Range& range : ranges_) {
    if (offset < range.begin) {
      most = range.begin - offset;
      break;
    }
    offset += range.end - range.begin;
  }
  const auto piece = co_await read_kept(offset);
  if (!piece) co_return piece;
  co_return piece->substr(0, most);
}

// `offset` counts what is left out too.
Task<Result<std::string_view>> Spool::read_kept(std::uint64_t offset) {
  if (offset < memory_.size()) co_return std::string_view(memory_).substr(offset);
  const std::uint64_t beyond = offset - memory_.size();
  if (beyond >= in_file_) {
    const auto rest =
        std::string_view(tail_).substr(std::min<std::uint64_t>(beyond - in_file_, tail_.size()));
    co_return rest;
  }
  const std::size_t count = std::min<std::uint64_t>(kSpoolPieceOctets, in_file_ - beyond);
  auto job = [file = file_, count, beyond]() { return read_at(file->descriptor, count, beyond); };
  auto piece = co_await run_on(*settings_.workers, std::move(job));
  if (!piece) co_return piece.error();
  window_ = std::move(*piece);
  co_return std::string_view(window_);
}

}  // namespace waybill::relay::message

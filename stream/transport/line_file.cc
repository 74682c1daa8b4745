#include "stream/transport/line_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "runtime/durable_file.h"

namespace waybill::stream {
namespace {

using runtime::Errc;
using runtime::Failure;
using runtime::Instant;

// Its group may read it: a collector need not be root.
constexpr mode_t kLineFileMode = 0640;
// Where the last line begins is looked for by pieces of this size.
constexpr std::size_t kLookBack = 64 << 10;

bool is_there(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

// When the file was made; where its file system does not say, when it was last written.
runtime::WallTime made_at(int file) {
  struct statx facts {};
  if (::statx(file, "", AT_EMPTY_PATH, STATX_BTIME | STATX_MTIME, &facts) != 0) return {};
  const bool knows = (facts.stx_mask & STATX_BTIME) != 0;
  const statx_timestamp& at = knows ? facts.stx_btime : facts.stx_mtime;
  return runtime::WallTime(std::chrono::seconds(at.tv_sec) + std::chrono::nanoseconds(at.tv_nsec));
}

// Whose mending waits for a person; a full or a broken disk is weather.
bool is_setup(int error) {
  constexpr std::array kSetup = {EACCES, EPERM, ENOENT, ENOTDIR, EISDIR,      EROFS,
                                 ELOOP,  ENXIO, EINVAL, ENODEV,  ENAMETOOLONG};
  return std::find(kSetup.begin(), kSetup.end(), error) != kSetup.end();
}

}  // namespace

LineFile::LineFile(LineFileSettings settings, const runtime::Clock& clock)
    : settings_(std::move(settings)), clock_(clock) {}

LineFile::~LineFile() { close(); }

LineFile::Stuck LineFile::stuck(const std::string& what) const {
  const int error = errno;
  const bool full = error == ENOSPC || error == EDQUOT;
  std::string why = what + " " + settings_.path + ": " + std::strerror(error);
  if (full) why += "; make room there: records wait meanwhile";
  const Errc code = full ? Errc::no_space : Errc::io_error;
  return {is_setup(error) ? Trouble::setup : Trouble::weather, {code, std::move(why)}};
}

void LineFile::close() noexcept {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
}

std::string LineFile::kept_path(unsigned number) const {
  return settings_.path + "." + std::to_string(number);
}

Outcome LineFile::send(std::span<const Record> batch, Instant /*deadline*/) {
  if (cancelled_) {
    return Outcome::nothing(batch.size(), Trouble::weather,
                            {Errc::closed, settings_.path + ": it was told to give up"});
  }
  Outcome out = Outcome::all(batch.size(), Fate::confirmed);
  std::string lines;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch[i].body.find('\n') != std::string::npos) {
      out.records[i] = {Fate::refused, "a line cannot hold the newline in it"};
      continue;
    }
    lines += batch[i].body;
    lines += '\n';
  }
  auto wrong = ready();
  if (!wrong) wrong = write(lines);
  if (!wrong) return out;
  return Outcome::nothing(batch.size(), wrong->trouble, std::move(wrong->why));
}

std::optional<LineFile::Stuck> LineFile::ready() {
  if (file_ >= 0 && !is_still_at_its_path()) close();
  if (file_ < 0) {
    if (auto wrong = open()) return wrong;
  }
  return rotate_if_due();
}

// What another program did to the file since the last batch.
bool LineFile::is_still_at_its_path() const {
  struct stat named {};
  struct stat ours {};
  if (::stat(settings_.path.c_str(), &named) != 0 || ::fstat(file_, &ours) != 0) return false;
  const bool same = named.st_dev == ours.st_dev && named.st_ino == ours.st_ino;
  return same && static_cast<std::uint64_t>(ours.st_size) == size_;
}

std::optional<LineFile::Stuck> LineFile::open() {
  constexpr int kFlags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  file_ = ::open(settings_.path.c_str(), kFlags, kLineFileMode);
  if (file_ < 0) return stuck("cannot open");
  struct stat facts {};
  std::optional<Stuck> wrong;
  if (::fstat(file_, &facts) != 0) {
    wrong = stuck("cannot look at");
  } else if (!S_ISREG(facts.st_mode)) {
    wrong = Stuck{Trouble::setup, {Errc::invalid, settings_.path + " is no regular file"}};
  } else if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    wrong = Stuck{Trouble::setup,
                  {Errc::locked, settings_.path + " is written by another process or sink"}};
  } else {
    size_ = static_cast<std::uint64_t>(facts.st_size);
    made_ = made_at(file_);
    wrong = cut_half_line();
  }
  if (!wrong) {
    // A crash here leaves a file without lines, or with those that it had.
    const auto synced = runtime::sync_directory_of(settings_.path);
    if (!synced) wrong = Stuck{Trouble::weather, synced.error()};
  }
  if (wrong) close();
  return wrong;
}

// A line that a crash, or a full disk, left without its end was never confirmed.
std::optional<LineFile::Stuck> LineFile::cut_half_line() {
  std::uint64_t end = size_;
  std::array<char, kLookBack> piece;
  while (end > 0) {
    const std::size_t size = std::min<std::uint64_t>(end, piece.size());
    const auto at = static_cast<off_t>(end - size);
    const ssize_t count = ::pread(file_, piece.data(), size, at);
    if (count != static_cast<ssize_t>(size)) return stuck("cannot read");
    const auto newline = std::string_view(piece.data(), size).rfind('\n');
    if (newline != std::string_view::npos) {
      end = end - size + newline + 1;
      break;
    }
    end -= size;
  }
  if (end == size_) return std::nullopt;
  if (::ftruncate(file_, static_cast<off_t>(end)) != 0) return stuck("cannot cut");
  size_ = end;
  return std::nullopt;
}

std::optional<LineFile::Stuck> LineFile::rotate_if_due() {
  if (size_ == 0) return std::nullopt;
  const bool large = settings_.rotate_octets > 0 && size_ >= settings_.rotate_octets;
  const bool old = settings_.rotate_age > runtime::Duration::zero() &&
                   clock_.wall() - made_ >= settings_.rotate_age;
  return large || old ? rotate() : std::nullopt;
}

// The order: the oldest goes up first, so that a crash anywhere leaves every file by one name, and
// a gap in the numbers at most, which the next rotation fills.
std::optional<LineFile::Stuck> LineFile::rotate() {
  unsigned gap = 1;
  while (gap < settings_.kept && is_there(kept_path(gap))) ++gap;
  for (unsigned number = gap; number > 1; --number) {
    const std::string from = kept_path(number - 1);
    if (std::rename(from.c_str(), kept_path(number).c_str()) != 0) return stuck("cannot rotate");
  }
  if (std::rename(settings_.path.c_str(), kept_path(1).c_str()) != 0) return stuck("cannot rotate");
  close();
  // It syncs the directory, and with it the renames.
  return open();
}

std::optional<LineFile::Stuck> LineFile::write(const std::string& lines) {
  std::string_view rest = lines;
  std::optional<Stuck> wrong;
  while (!rest.empty() && !wrong) {
    const ssize_t count = ::write(file_, rest.data(), rest.size());
    if (count >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      wrong = stuck("cannot write");
    }
  }
  if (!wrong && ::fdatasync(file_) != 0) wrong = stuck("cannot sync");
  if (!wrong) {
    size_ += lines.size();
    return std::nullopt;
  }
  // After a sync that failed the system takes these pages for written: they are thrown away, and
  // the batch comes again in new ones. Where even this fails, open() cuts the half line.
  const bool taken_back = ::ftruncate(file_, static_cast<off_t>(size_)) == 0;
  (void)taken_back;
  close();
  return wrong;
}

}  // namespace waybill::stream

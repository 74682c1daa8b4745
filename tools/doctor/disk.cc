#include "tools/doctor/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "runtime/clock.h"
#include "runtime/privileges.h"
#include "schemas/event.h"
#include "tools/doctor/wording.h"

namespace waybill::tools::doctor {

namespace fs = std::filesystem;
using runtime::Duration;

namespace {

constexpr std::size_t kSyncs = 5;
constexpr std::size_t kSyncOctets = 4096;

void look_at_directory(DiskFacts& facts) {
  using Directory = DiskFacts::Directory;
  struct stat about {};
  if (::stat(facts.data_dir.c_str(), &about) != 0) {
    facts.directory = errno == ENOENT ? Directory::missing : Directory::hidden;
    facts.why = std::strerror(errno);
    return;
  }
  if (::access(facts.data_dir.c_str(), W_OK | X_OK) == 0) return;
  facts.why = std::strerror(errno);
  facts.owner = runtime::user_name(about.st_uid);
  const bool ours = about.st_uid == ::geteuid() || ::geteuid() == 0;
  facts.directory = ours ? Directory::read_only : Directory::someone_elses;
}

// Records and the log before them; RocksDB's own notes do not count against the limit.
std::optional<std::uint64_t> size_of_journal(const fs::path& directory) {
  std::error_code error;
  if (!fs::is_directory(directory, error)) return std::nullopt;
  std::uint64_t sum = 0;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    const fs::path extension = it->path().extension();
    if (extension != ".sst" && extension != ".log") continue;
    // A file may go between its name and its size.
    std::error_code gone;
    const std::uintmax_t size = it->file_size(gone);
    if (!gone) sum += size;
  }
  return sum;
}

void time_syncs(DiskFacts& facts, const runtime::Clock& clock) {
  std::string name = facts.data_dir + "/doctor.XXXXXX";
  const int file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file < 0) {
    facts.sync_failure = std::strerror(errno);
    return;
  }
  ::unlink(name.c_str());
  const std::string octets(kSyncOctets, 'w');
  for (std::size_t i = 0; i < kSyncs; ++i) {
    const runtime::Instant begin = clock.now();
    const bool wrote =
        ::write(file, octets.data(), octets.size()) == static_cast<ssize_t>(octets.size());
    if (!wrote || ::fdatasync(file) != 0) {
      facts.sync_failure = std::strerror(errno);
      facts.syncs.clear();
      break;
    }
    facts.syncs.push_back(clock.now() - begin);
  }
  ::close(file);
}

Duration median(std::vector<Duration> times) {
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

void judge_directory(const DiskFacts& facts, Findings& out) {
  using Directory = DiskFacts::Directory;
  switch (facts.directory) {
    case Directory::ours: break;
    case Directory::missing:
      out.push_back({Severity::note, facts.data_dir, "is not there: nothing has run on it",
                     "The first start makes it. If something did run here, see whether a disk is "
                     "mounted."});
      break;
    case Directory::someone_elses:
      out.push_back({Severity::unseen, facts.data_dir,
                     "belongs to " + facts.owner + ", and we may not write there",
                     "Run the doctor as " + facts.owner + "."});
      break;
    case Directory::read_only:
      out.push_back({Severity::wrong, facts.data_dir, "cannot be written: " + facts.why,
                     "Give its owner the right to write, or mount it writable."});
      break;
    case Directory::hidden:
      out.push_back({Severity::unseen, facts.data_dir, "cannot be looked at: " + facts.why,
                     "Run the doctor as the user who runs Waybill."});
      break;
  }
}

void judge_journal(const DiskFacts& facts, Findings& out) {
  if (!facts.journal) return;
  const std::uint64_t used = *facts.journal;
  const std::uint64_t limit = facts.journal_limit;
  std::string sentence = about_octets(used) + " of " + about_octets(limit) + " (journal.max_size)";
  if (used >= limit) {
    out.push_back({Severity::wrong, "journal", sentence + ": mail is answered 451",
                   "See why it is not trimmed (broker, views, journal.keep), or raise the limit."});
  } else if (used * 100 >= limit * kJournalPercent) {
    out.push_back({Severity::warning, "journal", sentence + "; once it is full, mail gets 451",
                   "See why it is not trimmed (broker, views, journal.keep), or raise the limit."});
  } else {
    out.push_back({Severity::fine, "journal", sentence, ""});
  }
}

void judge_room(const DiskFacts& facts, Findings& out) {
  if (!facts.free) return;
  // Where views are and no journal, none will come.
  const bool takes_mail = facts.journal || !facts.views;
  const std::uint64_t used = facts.journal.value_or(0);
  const std::uint64_t to_come =
      takes_mail && facts.journal_limit > used ? facts.journal_limit - used : 0;
  const std::uint64_t wanted = std::max(kLeastFree, to_come);
  const std::string free = about_octets(*facts.free) + " free";
  if (*facts.free >= wanted) {
    out.push_back({Severity::fine, "disk", free, ""});
    return;
  }
  const std::string reason = wanted == kLeastFree
                                 ? " is the least to work with"
                                 : " is what the journal may still grow by (journal.max_size)";
  out.push_back({Severity::warning, "disk", free + "; " + about_octets(wanted) + reason,
                 "Make room, or lower journal.max_size: a full disk fences the journal."});
}

void judge_syncs(const DiskFacts& facts, Findings& out) {
  if (!facts.sync_failure.empty()) {
    out.push_back({Severity::wrong, "sync", "cannot write and sync a file: " + facts.sync_failure,
                   "Without it nothing is durable, and all mail gets 451."});
  }
  if (facts.syncs.empty()) return;
  const Duration usual = median(facts.syncs);
  const bool slow = usual > kSlowSync;
  out.push_back(
      {slow ? Severity::warning : Severity::fine, "sync",
       about_time(usual) + " until what was written is safe" +
           (slow ? ": every message waits for it twice" : ""),
       slow ? "Move data_dir to a faster disk, or see what else writes to this one." : ""});
}

void judge_gaps(const DiskFacts& facts, Findings& out) {
  for (const app::Gap& gap : facts.gaps) {
    const bool fresh = facts.now - gap.found < kFreshGap;
    out.push_back({fresh ? Severity::warning : Severity::note, "history",
                   "found on " + schemas::rfc3339(gap.found) + ": " + gap.what,
                   "Nothing brings it back but a newer backup. " + app::gap_file(facts.data_dir) +
                       " has this line; take it out once it is known to who has to know."});
  }
}

}  // namespace

DiskFacts look_at_disk(const app::Config& config, const runtime::Clock& clock) {
  DiskFacts facts;
  facts.data_dir = config.data_dir;
  facts.journal_limit = config.journal_max;
  look_at_directory(facts);
  if (facts.directory == DiskFacts::Directory::missing ||
      facts.directory == DiskFacts::Directory::hidden) {
    return facts;
  }
  facts.journal = size_of_journal(fs::path(config.data_dir) / "journal");
  std::error_code error;
  facts.views = fs::is_directory(fs::path(config.data_dir) / "views", error);
  const fs::space_info room = fs::space(config.data_dir, error);
  if (!error) facts.free = room.available;
  facts.gaps = app::read_gaps(config.data_dir);
  facts.now = clock.wall();
  if (facts.directory == DiskFacts::Directory::ours) time_syncs(facts, clock);
  return facts;
}

Findings judge_disk(const DiskFacts& facts) {
  Findings out;
  judge_directory(facts, out);
  if (facts.directory == DiskFacts::Directory::missing ||
      facts.directory == DiskFacts::Directory::hidden) {
    return out;
  }
  judge_journal(facts, out);
  judge_room(facts, out);
  judge_syncs(facts, out);
  judge_gaps(facts, out);
  return out;
}

}  // namespace waybill::tools::doctor

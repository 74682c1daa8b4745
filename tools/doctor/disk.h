// The data directory of this machine: the journal against its limit, room on the disk, and how long
// it takes until what was written is safe.
//
// Looks at files alone: a process that runs on the directory is not disturbed, but for five small
// writes into a file of ours that is gone afterwards.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/config/config.h"
#include "app/gaps/gap_file.h"
#include "runtime/time.h"
#include "tools/doctor/finding.h"

namespace waybill::tools::doctor {

// Room that log files, spool files and compactions need whatever the journal's limit says.
inline constexpr std::uint64_t kLeastFree = 1ULL << 30;
// Of the journal's limit: from here on there is reason to look why it is not trimmed.
inline constexpr std::uint64_t kJournalPercent = 80;
// A sender waits for two syncs, one after the other; a good disk needs one or two milliseconds.
inline constexpr std::chrono::milliseconds kSlowSync{50};
// A gap in history that was found within this time is a warning, an older one a note.
inline constexpr std::chrono::hours kFreshGap{30 * 24};

struct DiskFacts {
  std::string data_dir;
  enum class Directory {
    ours,
    missing,
    someone_elses,  // of another user, and we may not write
    read_only,
    hidden,  // it cannot even be looked at
  } directory = Directory::ours;
  std::string owner;                     // a user's name or number
  std::string why;                       // of hidden and read_only: the system's words
  std::optional<std::uint64_t> journal;  // octets; nothing: there is none
  bool views = false;
  std::uint64_t journal_limit = 0;
  std::optional<std::uint64_t> free;     // octets that we may still write
  std::vector<runtime::Duration> syncs;  // empty: see sync_failure
  std::string sync_failure;
  std::vector<app::Gap> gaps;  // in history, as processes have found them
  runtime::WallTime now{};
};

DiskFacts look_at_disk(const app::Config& config, const runtime::Clock& clock);

Findings judge_disk(const DiskFacts& facts);

}  // namespace waybill::tools::doctor

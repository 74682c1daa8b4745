// Desk: the exports that were asked for here: it takes orders, has them written one after another a
// piece at a time, and keeps the results for a while.
//
// In its directory each job has `ID.json` (job.h) and one file of its result, `ID.part` until it is
// whole. A job that the process's end interrupts begins anew at the next start: the same order
// gives the same octets. Mail comes first: a job waits where the disk has nothing to spare.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "query/exports/exporter.h"
#include "query/exports/job.h"
#include "runtime/chance.h"
#include "runtime/clock.h"
#include "runtime/crypto.h"
#include "runtime/large_file.h"
#include "runtime/mutex.h"
#include "runtime/workers.h"

namespace waybill::query::exports {

// Jobs at one time, those that are done included: each is a file, and a row of every list.
inline constexpr std::size_t kMostJobs = 100;
// Of one asker's, so that nobody takes the place of all.
inline constexpr std::size_t kMostJobsOfOne = 20;
// More than kMostJobs for who can read the data directory: others cannot shut them out.
inline constexpr std::size_t kOwnersJobs = 10;

// Of all files' octets, those of one asker: one part in so many.
inline constexpr std::uint64_t kAskersPart = 4;

struct DeskLimits {
  std::chrono::seconds keep{std::chrono::hours(7 * 24)};  // a job, and its result
  std::uint64_t most_octets = 16ULL << 30;                // of all files; above, a job fails
};

// What the desk asks of the rest of the process; all outlives it.
struct DeskParts {
  std::vector<Partition> partitions;  // all of the log, ascending from 0
  std::string directory;
  runtime::Clock* clock = nullptr;
  runtime::Chance* chance = nullptr;
  runtime::Workers* workers = nullptr;     // one piece of one job is a job of theirs
  std::function<std::string()> why_not{};  // why nothing can be written now; empty: it can
};

class Desk {
 public:
  // Jobs that are known from the directory go on; a job's file that is none is told and left alone.
  // A directory that cannot be made or read is no reason not to take mail: each tick() tries again.
  Desk(DeskParts parts, DeskLimits limits);
  // Why there are no exports until then; empty: there are. Any thread.
  std::string why_closed() const;
  // Before the workers end: a piece that is in hand is still written, and no other is taken up.
  void stop();

  // Where the log ends now.
  std::vector<schemas::EventIndex> ends() const;

  // Any thread, each of them; they block for a small file's write.
  // Errc::refused: they have too many; limit_exceeded: all together have; no_space: mail needs the
  // room; io_error: it cannot be kept, and the log says why.
  runtime::Explained<Job> take(Order order, std::string principal, std::string reason);
  // Newest first.
  std::vector<Job> list(const schemas::Principal& asker) const;
  // Errc::not_found, also where it is not for that asker.
  runtime::Result<Job> find(const std::string& id, const schemas::Principal& asker) const;
  // Of a job that is over: nothing. Errc::not_found.
  runtime::Result<Job> pause(const std::string& id);
  runtime::Result<Job> go_on(const std::string& id);
  // It and its result are gone, and a restart does not bring them back. Errc::not_found; io_error:
  // they cannot be removed, and stay.
  runtime::Result<Job> remove(const std::string& id);
  // The result of a job that is done, even if it is removed meanwhile. Errc::not_found, io_error.
  runtime::Explained<runtime::ReadableFile> result(const Job& job) const;

  // Now and then: what has expired goes, and what waits is tried again.
  void tick();

 private:
  // A job and what writes it.
  struct Work {
    Job job;               // under the desk's lock, but for id and order, which stay
    bool in_hand = false;  // a worker is at it
    bool removed = false;
    bool rests = false;  // until the next tick
    // What writes it: the worker's whose hand it is in, else under the lock.
    std::unique_ptr<Exporter> exporter{};
    std::unique_ptr<runtime::GrowingFile> file{};
    std::optional<runtime::Sha256> hash{};  // of the file
    std::uint64_t synced = 0;               // octets of it
  };
  // What one piece came to.
  struct Piece {
    bool whole = false;
    std::optional<runtime::Failure> failure{};
  };

  void open();
  runtime::Explained<void> read_directory();
  void read_job(const std::string& path);
  void forget_strays();
  void kick();
  void run();
  std::shared_ptr<Work> take_up();
  std::shared_ptr<Work> next_of(const std::string& why_not, std::vector<Job>& dropped)
      WAYBILL_REQUIRES(mutex_);
  runtime::Explained<void> begin(Work& work) const;
  Piece write_piece(Work& work) const;
  void put_down(const std::shared_ptr<Work>& work, Piece piece);
  void settle(Work& work, Piece piece) WAYBILL_REQUIRES(mutex_);
  void end(Work& work, State state, std::string why) WAYBILL_REQUIRES(mutex_);
  runtime::Explained<void> finish(Work& work) const;
  runtime::Result<Job> set(const std::string& id, State state);
  std::string path_of(const Job& job, std::string_view suffix) const;
  runtime::Explained<void> keep(const std::string& id);
  runtime::Explained<void> write(const Job& job) WAYBILL_REQUIRES(files_);
  // False: its own file stays.
  bool forget_files(const Job& job, bool in_hand);
  void forget_part(const Job& job) const;
  std::uint64_t octets_of(const std::string& principal) const WAYBILL_REQUIRES(mutex_);

  const DeskParts parts_;
  const DeskLimits limits_;
  mutable runtime::Mutex mutex_;
  // Held while the files of jobs are kept or removed; taken before the other.
  runtime::Mutex files_;
  std::string failing_ WAYBILL_GUARDED_BY(files_);  // why a job's file could not be written last
  std::map<std::string, std::shared_ptr<Work>> works_ WAYBILL_GUARDED_BY(mutex_);
  std::string last_ WAYBILL_GUARDED_BY(mutex_);  // whose turn was last
  bool at_work_ WAYBILL_GUARDED_BY(mutex_) = false;
  bool stopped_ WAYBILL_GUARDED_BY(mutex_) = false;
  std::string why_closed_ WAYBILL_GUARDED_BY(mutex_) = "it was not looked at yet";
};

}  // namespace waybill::query::exports

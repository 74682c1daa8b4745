#include "app/roles/log_holes.h"

#include <atomic>
#include <set>
#include <thread>

#include "projector/archive/archive.h"
#include "projector/positions.h"
#include "runtime/io_thread.h"
#include "runtime/log.h"
#include "runtime/mutex.h"
#include "schemas/event.h"
#include "schemas/lean_record.h"

namespace waybill::app {

using ingest::EventStream;
using ingest::LogRecord;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::Result;
using runtime::Task;
using schemas::EventIndex;
using schemas::LogOffset;

namespace {

// Some two megabytes of records.
constexpr std::size_t kRecordsAtOnce = 5'000;

// Closes a stream that gives nothing for too long.
class SilenceLimit {
 public:
  SilenceLimit(EventStream& stream, std::chrono::milliseconds patience)
      : stream_(stream), patience_(patience), thread_([this] { run(); }) {}
  ~SilenceLimit() {
    {
      const runtime::MutexLock lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  SilenceLimit(const SilenceLimit&) = delete;
  SilenceLimit& operator=(const SilenceLimit&) = delete;

  void begin_anew() {
    {
      const runtime::MutexLock lock(mutex_);
      ++given_;
    }
    changed_.notify_all();
  }

 private:
  void run() {
    const runtime::MutexLock lock(mutex_);
    while (!over_) {
      const std::uint64_t given = given_;
      const runtime::Instant until = runtime::wait_end(patience_);
      while (!over_ && given_ == given) {
        if (changed_.wait_until(mutex_, until)) continue;
        stream_.close();
        return;
      }
    }
  }

  EventStream& stream_;
  const std::chrono::milliseconds patience_;
  runtime::Mutex mutex_;
  runtime::ConditionVariable changed_;
  bool over_ WAYBILL_GUARDED_BY(mutex_) = false;
  std::uint64_t given_ WAYBILL_GUARDED_BY(mutex_) = 0;
  std::thread thread_;
};

Task<void> take_next(EventStream& stream, ingest::Streamed<std::vector<LogRecord>>& records) {
  records = co_await stream.next(kRecordsAtOnce);
}

// What is sent again has the same.
std::string name_of(const schemas::Event& event) {
  return event.event_id() + std::to_string(event.node_seq()) + ' ' +
         std::to_string(event.journal()) + ' ' + event.node();
}

// What stands in the log between two records, each event once.
class Between {
 public:
  // `lost`: how many are looked for; `seen`: names of events that stand in the archive before.
  Between(std::uint64_t lost, std::string before, std::string after, std::set<std::string> seen)
      : lost_(lost),
        after_(std::move(after)),
        before_(std::move(before)),
        seen_(std::move(seen)),
        begun_(before_.empty()) {}

  // False: the end has come, or there are more than are lost.
  bool add(std::string record) {
    if (!begun_) {
      begun_ = record == before_;
      return true;
    }
    if (!after_.empty() && record == after_) return false;
    // What is no event the archive keeps each time.
    if (schemas::read_record(record, event_) && !seen_.insert(name_of(event_)).second) return true;
    found_.push_back(std::move(record));
    return found_.size() <= lost_;
  }

  std::vector<std::string>& found() { return found_; }

 private:
  const std::uint64_t lost_;
  const std::string after_;
  const std::string before_;
  std::set<std::string> seen_;
  bool begun_;
  schemas::Event event_;
  std::vector<std::string> found_;
};

Result<std::string> octets_at(const projector::Archive& archive, EventIndex index) {
  const auto record = archive.at(index);
  if (!record) return record.error();
  return record->octets();
}

std::set<std::string> names_before(const projector::Archive& archive, EventIndex index) {
  std::set<std::string> out;
  schemas::Event event;
  for (std::uint64_t back = 1; back <= std::min(LogHoles::kLookBack, index.value()); ++back) {
    const auto record = archive.at(EventIndex(index.value() - back));
    if (record && record->read(event)) out.insert(name_of(event));
  }
  return out;
}

}  // namespace

Result<std::string> LogHoles::record(EventIndex index) {
  if (index >= looked_to_) {
    found_.clear();
    auto run = run_at(index);
    if (!run) return run.error();
    looked_to_ = run->to;
    look_for(*run);
  }
  const auto found = found_.find(index);
  if (found == found_.end()) return make_error_code(Errc::not_found);
  return found->second;
}

Result<LogHoles::Run> LogHoles::run_at(EventIndex index) const {
  const auto stands = projector::read_progress(store_);
  if (!stands) return stands.error();
  const projector::Archive archive(store_);
  Run run;
  run.from = index;
  run.to = index;
  while (run.to < stands->next_index && run.after.empty()) {
    if (auto octets = octets_at(archive, ++run.to); octets && run.to < stands->next_index) {
      run.after = std::move(*octets);
    }
  }
  if (index > EventIndex()) {
    auto octets = octets_at(archive, EventIndex(index.value() - 1));
    if (!octets) return octets.error();
    run.before = std::move(*octets);
  }
  return run;
}

void LogHoles::look_for(const Run& run) {
  if (silent_ || run.to - run.from > kMostEvents) return;
  // Each event of the archive has an offset of its own: no record of it stands before its index,
  // unless the log was cut and has been written anew.
  const LogOffset near(run.from > EventIndex() ? run.from.value() - 1 : 0);
  auto found = find(run, near);
  silent_ = !found && found.error() == Errc::closed;
  if (!found && !silent_ && near > LogOffset()) found = find(run, LogOffset());
  if (!found) {
    runtime::log(runtime::Level::warn, "app", "what the archive lost is not in the log either",
                 {{"partition", std::uint64_t{partition_}},
                  {"from", run.from.value()},
                  {"to", run.to.value()},
                  {"why", found.error().why}});
    return;
  }
  EventIndex index = run.from;
  for (std::string& record : *found) found_.emplace(index++, std::move(record));
}

Explained<std::vector<std::string>> LogHoles::find(const Run& run, LogOffset from) const {
  const auto stands = projector::read_progress(store_);
  const auto log_id = projector::read_log_id(store_);
  if (!stands || !log_id) return Failure{Errc::corrupt, "the views do not say where they stand"};
  auto stream = read_({{partition_, from, {}, *log_id}});
  if (!stream) return stream.error();
  SilenceLimit silence(**stream, patience_);
  const std::uint64_t lost = run.to - run.from;
  Between between(lost, run.before, run.after, names_before(projector::Archive(store_), run.from));
  bool ended = false;
  for (LogOffset next = from; !ended && next < stands->next_offset;) {
    ingest::Streamed<std::vector<LogRecord>> records;
    runtime::run_until_done(take_next(**stream, records));
    if (!records) return static_cast<const Failure&>(records.error());
    silence.begin_anew();
    for (LogRecord& record : *records) {
      next = record.offset + 1;
      ended = record.offset >= stands->next_offset || !between.add(std::move(record.value));
      if (ended) break;
    }
  }
  if (between.found().size() != lost) {
    return Failure{Errc::not_found,
                   "the log has " + std::to_string(between.found().size()) +
                       (between.found().size() > lost ? " events and more" : " events") +
                       " there, and " + std::to_string(lost) + " are lost"};
  }
  return std::move(between.found());
}

}  // namespace waybill::app

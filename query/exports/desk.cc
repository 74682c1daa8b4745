#include "query/exports/desk.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <filesystem>

#include "runtime/durable_file.h"
#include "runtime/gzip.h"
#include "runtime/hex.h"
#include "runtime/log.h"
#include "runtime/zstd.h"
#include "schemas/ids.h"

namespace waybill::query::exports {
namespace {

namespace fs = std::filesystem;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::MutexLock;
using runtime::Result;

// Synced at one time: the journal's syncs are of the same disk, and wait for no more than that.
constexpr std::uint64_t kSyncOctets = 8 << 20;
constexpr std::string_view kJob = "json";
constexpr std::string_view kPart = "part";

// Each piece is a member or a frame of its own, which every reader takes as one file
// (RFC 1952 2.2, RFC 8878 3.1).
std::string packed(Packing packing, std::string octets) {
  if (octets.empty()) return octets;
  switch (packing) {
    case Packing::none: return octets;
    case Packing::gzip: return runtime::gzip(octets);
    case Packing::zstd: return runtime::zstd(octets);
  }
  return octets;
}

// Whether the cause goes by itself.
bool passes(const Failure& failure) {
  return failure == Errc::temporary || failure == Errc::no_space;
}

std::string owner_text() {
  schemas::Principal owner;
  owner.kind = schemas::Principal::Kind::owner;
  return owner.text();
}

Failure of_reading(runtime::Error error) {
  if (error == Errc::temporary) return {Errc::temporary, "the views are being folded anew"};
  return {runtime::errc_of(error), "the log's archive cannot be read: " + error.message()};
}

}  // namespace

Desk::Desk(DeskParts parts, DeskLimits limits) : parts_(std::move(parts)), limits_(limits) {
  open();
}

std::string Desk::why_closed() const {
  const MutexLock lock(mutex_);
  return why_closed_;
}

void Desk::open() {
  const auto read = read_directory();
  {
    const MutexLock lock(mutex_);
    if (!read && read.error().why != why_closed_) {
      runtime::log(runtime::Level::error, "query", "there are no exports until this is mended",
                   {{"why", read.error().why}});
    }
    why_closed_ = read ? std::string() : read.error().why;
  }
  if (read) kick();
}

Explained<void> Desk::read_directory() {
  std::error_code failed;
  fs::create_directories(parts_.directory, failed);
  if (!failed) fs::permissions(parts_.directory, fs::perms::owner_all, failed);
  if (failed) {
    return Failure{Errc::io_error, "cannot make " + parts_.directory + ": " + failed.message()};
  }
  std::vector<std::string> jobs;
  for (fs::directory_iterator it(parts_.directory, failed), end; !failed && it != end;
       it.increment(failed)) {
    const std::string path = it->path().string();
    if (path.ends_with("." + std::string(kJob))) jobs.push_back(path);
  }
  if (failed) {
    return Failure{Errc::io_error, "cannot read " + parts_.directory + ": " + failed.message()};
  }
  for (const std::string& path : jobs) read_job(path);
  forget_strays();
  return {};
}

// Parts of what was under way, which begins anew, and results whose job is gone. A job's file that
// cannot be read keeps what belongs to it.
void Desk::forget_strays() {
  std::vector<fs::path> strays;
  std::error_code failed;
  for (fs::directory_iterator it(parts_.directory, failed), end; !failed && it != end;
       it.increment(failed)) {
    const std::string name = it->path().filename().string();
    const std::string id = name.substr(0, name.find('.'));
    const bool ours = schemas::parse_uuid(id).has_value();
    const bool part = name.ends_with("." + std::string(kPart)) || name.ends_with(".new");
    std::error_code none;
    const bool has_job = fs::exists(parts_.directory + "/" + id + "." + std::string(kJob), none);
    if (ours && (part || !has_job)) strays.push_back(it->path());
  }
  for (const fs::path& one : strays) fs::remove(one, failed);
}

void Desk::read_job(const std::string& path) {
  const auto text = runtime::read_file(path);
  auto job = text ? job_of(*text) : Explained<Job>(text.error());
  const bool whole = job && fs::path(path).stem() == job->id &&
                     job->order.until.size() == parts_.partitions.size();
  if (!whole) {
    runtime::log(runtime::Level::warn, "query", "the file of an export cannot be read: it is left",
                 {{"file", path}, {"why", job ? "it is of another log" : job.error().why}});
    return;
  }
  std::error_code gone;
  if (job->state == State::done && !fs::exists(path_of(*job, suffix_of(job->order)), gone)) {
    job->state = State::failed;
    job->why = "its file is gone";
  }
  if (job->state == State::running) job->state = State::waiting;
  if (!job->is_over()) job->looked_at = job->count = job->octets = 0;
  const auto work = std::make_shared<Work>();
  work->job = std::move(*job);
  const MutexLock lock(mutex_);
  works_[work->job.id] = work;
}

void Desk::stop() {
  const MutexLock lock(mutex_);
  stopped_ = true;
}

std::vector<schemas::EventIndex> Desk::ends() const {
  std::vector<schemas::EventIndex> out;
  for (const Partition& one : parts_.partitions) out.push_back(one.end());
  return out;
}

Explained<Job> Desk::take(Order order, std::string principal, std::string reason) {
  const auto work = std::make_shared<Work>();
  Job& job = work->job;
  job.order = std::move(order);
  job.created_at = parts_.clock->wall();
  job.expires_at = job.created_at + limits_.keep;
  job.id = schemas::new_id<schemas::EventId>(job.created_at, *parts_.chance).text();
  job.principal = std::move(principal);
  job.reason = std::move(reason);
  for (const schemas::EventIndex until : job.order.until) job.of += until.value();
  const Job taken = job;
  if (const std::string why = parts_.why_not ? parts_.why_not() : std::string(); !why.empty()) {
    return Failure{Errc::no_space, why};
  }
  {
    const MutexLock lock(mutex_);
    const auto of_one = std::count_if(works_.begin(), works_.end(), [&](const auto& one) {
      return one.second->job.principal == taken.principal;
    });
    if (static_cast<std::size_t>(of_one) >= kMostJobsOfOne) {
      return Failure{Errc::refused, "You have " + std::to_string(of_one) +
                                        " exports already: remove some, done ones too."};
    }
    // How many are others' is not for everyone.
    const bool owner = taken.principal == owner_text();
    if (works_.size() >= kMostJobs + (owner ? kOwnersJobs : 0)) {
      return Failure{Errc::limit_exceeded, "No more exports are taken now: ask again later."};
    }
    // Nobody writes it before it is kept.
    work->in_hand = true;
    works_[taken.id] = work;
  }
  const auto kept = keep(taken.id);
  {
    const MutexLock lock(mutex_);
    work->in_hand = false;
    if (!kept) works_.erase(taken.id);
  }
  if (!kept) {
    forget_files(taken, false);
    return Failure{Errc::io_error, "it cannot be kept; the server's log says why"};
  }
  kick();
  return taken;
}

std::vector<Job> Desk::list(const schemas::Principal& asker) const {
  std::vector<Job> out;
  const MutexLock lock(mutex_);
  for (auto it = works_.rbegin(); it != works_.rend(); ++it) {
    if (it->second->job.shows_to(asker)) out.push_back(it->second->job);
  }
  return out;
}

Result<Job> Desk::find(const std::string& id, const schemas::Principal& asker) const {
  const MutexLock lock(mutex_);
  const auto found = works_.find(id);
  if (found == works_.end() || !found->second->job.shows_to(asker)) {
    return make_error_code(Errc::not_found);
  }
  return found->second->job;
}

Result<Job> Desk::pause(const std::string& id) { return set(id, State::paused); }

Result<Job> Desk::go_on(const std::string& id) { return set(id, State::waiting); }

Result<Job> Desk::set(const std::string& id, State state) {
  std::optional<Job> changed;
  {
    const MutexLock lock(mutex_);
    const auto found = works_.find(id);
    if (found == works_.end()) return make_error_code(Errc::not_found);
    Job& job = found->second->job;
    const bool changes = !job.is_over() && (job.state == State::paused) != (state == State::paused);
    if (!changes) return job;
    job.state = state;
    job.why.clear();
    job.expires_at = parts_.clock->wall() + limits_.keep;
    changed = job;
  }
  // Where it cannot be kept, a restart finds it as it was before.
  (void)keep(id);
  kick();
  return *changed;
}

Result<Job> Desk::remove(const std::string& id) {
  std::optional<Job> removed;
  bool in_hand = false;
  {
    const MutexLock lock(mutex_);
    const auto found = works_.find(id);
    if (found == works_.end()) return make_error_code(Errc::not_found);
    removed = found->second->job;
    in_hand = found->second->in_hand;
    found->second->removed = true;
    works_.erase(found);
  }
  if (forget_files(*removed, in_hand)) return *removed;
  const auto again = std::make_shared<Work>();
  again->job = *removed;
  if (!again->job.is_over()) again->job.state = State::paused;
  const MutexLock lock(mutex_);
  works_[id] = again;
  return make_error_code(Errc::io_error);
}

Explained<runtime::ReadableFile> Desk::result(const Job& job) const {
  return runtime::ReadableFile::open(path_of(job, suffix_of(job.order)));
}

void Desk::tick() {
  if (!why_closed().empty()) return open();
  const runtime::WallTime now = parts_.clock->wall();
  std::vector<std::string> expired;
  {
    const MutexLock lock(mutex_);
    for (const auto& [id, work] : works_) {
      work->rests = false;
      const auto& expires = work->job.expires_at;
      if (expires && *expires <= now) expired.push_back(id);
    }
  }
  for (const std::string& id : expired) (void)remove(id);
  kick();
}

void Desk::kick() {
  {
    const MutexLock lock(mutex_);
    if (at_work_ || stopped_) return;
    at_work_ = true;
  }
  if (parts_.workers->submit([this] { run(); })) return;
  // The next tick tries again.
  const MutexLock lock(mutex_);
  at_work_ = false;
}

// One piece of one job, so that a large one does not keep small ones waiting.
void Desk::run() {
  const auto work = take_up();
  if (work == nullptr) return;
  put_down(work, write_piece(*work));
  {
    const MutexLock lock(mutex_);
    at_work_ = false;
  }
  kick();
}

std::shared_ptr<Desk::Work> Desk::take_up() {
  const std::string why_not = parts_.why_not ? parts_.why_not() : std::string();
  std::vector<Job> dropped;
  std::shared_ptr<Work> out;
  {
    const MutexLock lock(mutex_);
    // A kick from now on is heard.
    at_work_ = false;
    if (stopped_) return nullptr;
    out = next_of(why_not, dropped);
    at_work_ = out != nullptr;
  }
  for (const Job& job : dropped) forget_part(job);
  return out;
}

// The one behind the last. Where there is no room, what was written of any gives its room back: the
// order gives it again.
std::shared_ptr<Desk::Work> Desk::next_of(const std::string& why_not, std::vector<Job>& dropped) {
  auto next = works_.upper_bound(last_);
  for (std::size_t i = 0; i < works_.size(); ++i, ++next) {
    if (next == works_.end()) next = works_.begin();
    Work& work = *next->second;
    Job& job = work.job;
    if (work.in_hand || job.is_over()) continue;
    if (!why_not.empty()) {
      if (work.exporter != nullptr) dropped.push_back(job);
      work.exporter.reset();
      work.file.reset();
      job.looked_at = job.count = job.octets = 0;
      if (job.state == State::running) job.state = State::waiting;
      job.why = why_not;
      continue;
    }
    if (work.rests || job.state == State::paused) continue;
    last_ = next->first;
    work.in_hand = true;
    job.state = State::running;
    job.why.clear();
    return next->second;
  }
  return nullptr;
}

Explained<void> Desk::begin(Work& work) const {
  auto file = runtime::GrowingFile::create(path_of(work.job, kPart));
  if (!file) return file.error();
  work.file = std::make_unique<runtime::GrowingFile>(std::move(*file));
  work.hash.emplace();
  work.synced = 0;
  work.exporter = std::make_unique<Exporter>(parts_.partitions, work.job.order);
  return {};
}

Desk::Piece Desk::write_piece(Work& work) const {
  if (work.exporter == nullptr) {
    if (const auto begun = begin(work); !begun) return {false, begun.error()};
  }
  auto piece = work.exporter->next();
  if (!piece) return {false, of_reading(piece.error())};
  if (*piece) {
    const std::string octets = packed(work.job.order.packing, std::move(**piece));
    work.hash->update(octets);
    if (const auto wrote = work.file->append(octets); !wrote) return {false, wrote.error()};
    if (work.file->size() < work.synced + kSyncOctets) return {};
    work.synced = work.file->size();
    if (const auto synced = work.file->sync(); !synced) return {false, synced.error()};
    return {};
  }
  if (const auto finished = finish(work); !finished) return {false, finished.error()};
  return {true, std::nullopt};
}

Explained<void> Desk::finish(Work& work) const {
  if (auto synced = work.file->sync(); !synced) return synced;
  return runtime::rename_file(path_of(work.job, kPart),
                              path_of(work.job, suffix_of(work.job.order)));
}

void Desk::put_down(const std::shared_ptr<Work>& work, Piece piece) {
  std::optional<Job> over;
  bool removed = false;
  bool begun_anew = false;
  {
    const MutexLock lock(mutex_);
    settle(*work, std::move(piece));
    removed = work->removed;
    if (removed || work->job.is_over()) {
      over = work->job;
      work->exporter.reset();
    }
    begun_anew = work->exporter == nullptr;
    if (begun_anew) work->file.reset();
    work->in_hand = false;
  }
  if (removed) {
    forget_files(*over, false);
  } else if (over) {
    if (over->state == State::failed) forget_part(*over);
    // Where it cannot be kept, a restart writes it anew.
    (void)keep(over->id);
  } else if (begun_anew) {
    forget_part(work->job);
  }
}

void Desk::settle(Work& work, Piece piece) {
  Job& job = work.job;
  if (work.exporter != nullptr) {
    job.looked_at = work.exporter->looked_at();
    job.count = work.exporter->writing().count();
    job.octets = work.file->size();
  }
  if (piece.whole) {
    job.sha256 = work.exporter->writing().sha256();
    job.file_sha256 = runtime::hex(work.hash->finish());
    end(work, State::done, {});
  } else if (!piece.failure && octets_of(job.principal) > limits_.most_octets / kAskersPart) {
    end(work, State::failed,
        "your exports together are too large: remove some, ask for less, or have it packed");
  } else if (!piece.failure && octets_of({}) > limits_.most_octets) {
    end(work, State::failed, "there is no room for it now: ask for less, or again later");
  } else if (piece.failure && passes(*piece.failure)) {
    if (job.state == State::running) job.state = State::waiting;
    const bool full = *piece.failure == Errc::no_space;
    job.why = full ? "the disk is full" : piece.failure->why;
    work.rests = true;
    // Behind a failed write the file's end is anything.
    if (full) work.exporter.reset();
  } else if (piece.failure) {
    runtime::log(runtime::Level::warn, "query", "an export failed",
                 {{"id", job.id}, {"why", piece.failure->why}});
    // Where it stood is not for everyone.
    end(work, State::failed,
        *piece.failure == Errc::corrupt ? "events are missing from the archive of the log"
                                        : "it cannot be written; the server's log says why");
  }
}

void Desk::end(Work& work, State state, std::string why) {
  Job& job = work.job;
  job.state = state;
  job.why = std::move(why);
  job.finished_at = parts_.clock->wall();
  job.expires_at = *job.finished_at + limits_.keep;
  if (state == State::failed) job.octets = 0;
}

std::string Desk::path_of(const Job& job, std::string_view suffix) const {
  return parts_.directory + "/" + job.id + "." + std::string(suffix);
}

// As it is now, if it is still there.
Explained<void> Desk::keep(const std::string& id) {
  const MutexLock files(files_);
  std::optional<Job> job;
  {
    const MutexLock lock(mutex_);
    const auto found = works_.find(id);
    if (found == works_.end()) return {};
    job = found->second->job;
  }
  return write(*job);
}

Explained<void> Desk::write(const Job& job) {
  auto written = runtime::replace_file(path_of(job, kJob), boost::json::serialize(to_json(job)));
  const std::string why = written ? std::string() : written.error().why;
  if (!why.empty() && why != failing_) {
    runtime::log(runtime::Level::warn, "query", "an export cannot be kept", {{"why", why}});
  }
  failing_ = why;
  return written;
}

// The job's own file last: whatever is left by a crash in between is known by it. What is in hand
// goes as it is put down.
bool Desk::forget_files(const Job& job, bool in_hand) {
  const MutexLock files(files_);
  std::error_code gone;
  std::error_code failed;
  if (!in_hand) fs::remove(path_of(job, kPart), gone);
  fs::remove(path_of(job, suffix_of(job.order)), gone);
  fs::remove(path_of(job, kJob), failed);
  if (!failed) return true;
  runtime::log(runtime::Level::warn, "query", "an export cannot be removed",
               {{"id", job.id}, {"why", failed.message()}});
  return false;
}

void Desk::forget_part(const Job& job) const {
  std::error_code gone;
  fs::remove(path_of(job, kPart), gone);
}

// Octets of the files of one asker; of nobody: of all.
std::uint64_t Desk::octets_of(const std::string& principal) const {
  std::uint64_t out = 0;
  for (const auto& [id, work] : works_) {
    if (principal.empty() || work->job.principal == principal) out += work->job.octets;
  }
  return out;
}

}  // namespace waybill::query::exports

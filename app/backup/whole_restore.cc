// restore_whole(): a backup into a data directory.

#include <sys/stat.h>

#include <filesystem>

#include "app/backup/files.h"
#include "app/backup/whole_backup.h"
#include "app/gaps/gap_file.h"
#include "runtime/durable_file.h"
#include "runtime/store_backup.h"
#include "schemas/event.h"

namespace waybill::app {

namespace fs = std::filesystem;
using runtime::Errc;
using runtime::explain;
using runtime::Explained;
using runtime::Failure;

namespace {

// What a restore puts into a data directory, by its place there and in the backup.
struct Places {
  fs::path views;
  fs::path journal;
  fs::path keys;
};

bool has_something(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error) && (!fs::is_directory(path, error) || !fs::is_empty(path, error));
}

Explained<void> refuse_running(const Config& config) {
  for (const char* const store : {"/journal", "/views/p0"}) {
    if (!is_held(config.data_dir + store)) continue;
    return Failure{Errc::locked, "a waybill runs on " + config.data_dir + ": stop it first"};
  }
  return {};
}

// The key file may be there if it is the very one.
bool are_the_keys(const fs::path& keys, const std::string& of_backup) {
  const auto there = runtime::read_file(keys);
  return there && *there == of_backup;
}

Explained<void> move_aside(const fs::path& from, const fs::path& aside) {
  if (!has_something(from)) return {};
  std::error_code error;
  fs::create_directories(aside, error);
  if (error) return explain(error, "cannot make " + aside.string());
  return runtime::rename_file(from, aside / from.filename());
}

Explained<void> restore_one(const std::string& directory, const char* store, std::uint32_t number,
                            const fs::path& place) {
  std::error_code error;
  const fs::path fresh = place.string() + kRestoring;
  fs::remove_all(fresh, error);
  fs::create_directories(fresh, error);
  if (error) return explain(error, "cannot make " + fresh.string());
  return runtime::restore_store(directory + "/" + store, number, fresh.string());
}

Explained<void> put_in_place(const fs::path& place) {
  std::error_code error;
  fs::remove(place, error);  // an empty directory
  return runtime::rename_file(place.string() + kRestoring, place);
}

Explained<std::uint64_t> number_of(const RestoreRequest& request) {
  const auto numbers = whole_backups(request.directory);
  if (!numbers) return numbers.error();
  if (numbers->empty()) {
    return Failure{Errc::not_found, request.directory + " has no backup that is whole"};
  }
  return request.number == 0 ? numbers->back() : request.number;
}

std::string result_words(const WholeManifest& manifest, std::uint64_t number,
                         const std::string& aside) {
  std::string out = "restored backup " + std::to_string(number) + " of " + manifest.made_at +
                    ": journal to record " + std::to_string(manifest.journal.end - 1) +
                    ", views to record " + std::to_string(manifest.views.end - 1);
  if (!aside.empty()) out += "; what was there is in " + aside;
  return out + "\nThe configuration was at " + manifest.config +
         "; the backup's copy is in files/" + std::to_string(number) +
         ". What was put on record after the backup is missing.";
}

}  // namespace

Explained<std::string> restore_whole(const Config& config, const RestoreRequest& request,
                                     runtime::WallTime now, const TellProgress& tell) {
  const auto number = number_of(request);
  if (!number) return number.error();
  if (const auto free = refuse_running(config); !free) return free.error();
  tell("verifying backup " + std::to_string(*number));
  const auto manifest = verify_whole(request.directory, *number);
  if (!manifest) return manifest.error();

  const fs::path data(config.data_dir);
  const Places to{data / "views" / "p0", data / "journal", key_file(config)};
  const auto keys = runtime::read_file(request.directory + "/files/" + std::to_string(*number) +
                                       "/return_path.keys");
  const bool other_keys = keys && has_something(to.keys) && !are_the_keys(to.keys, *keys);
  std::string aside;
  if (has_something(data / "views") || has_something(to.journal) || other_keys) {
    if (!request.replace) {
      return Failure{Errc::locked, config.data_dir +
                                       " has views, a journal or other keys already; nothing was "
                                       "written. Name an empty data directory, or say --replace to "
                                       "have them moved aside"};
    }
    aside = (data / ("before-restore-" + schemas::rfc3339(now))).string();
  }

  tell("copying the views");
  std::error_code error;
  fs::create_directories(data, error);
  if (error) return explain(error, "cannot make " + data.string());
  // Both whole beside what is there, before anything of that is moved.
  const fs::path fresh_views = data / "views.restored";
  fs::remove_all(fresh_views, error);
  fs::create_directories(fresh_views, error);
  if (auto done =
          restore_one(request.directory, "views", manifest->views.number, fresh_views / "p0");
      !done) {
    return done.error();
  }
  if (auto done = put_in_place(fresh_views / "p0"); !done) return done.error();
  tell("copying the journal");
  if (auto done = restore_one(request.directory, "journal", manifest->journal.number, to.journal);
      !done) {
    return done.error();
  }
  if (!aside.empty()) {
    for (const fs::path& from : {data / "views", to.journal}) {
      if (auto done = move_aside(from, aside); !done) return done.error();
    }
    if (other_keys) {
      if (auto done = move_aside(to.keys, aside); !done) return done.error();
    }
  }
  // If the process ends between the next steps, there are views without a journal, which begins
  // behind them then, or no keys, and a start is refused for that.
  fs::remove(data / "views", error);
  if (auto done = runtime::rename_file(fresh_views, data / "views"); !done) return done.error();
  if (auto done = put_in_place(to.journal); !done) return done.error();
  if (keys && !are_the_keys(to.keys, *keys)) {
    if (auto done = runtime::replace_file(to.keys, *keys); !done) return done.error();
  }
  const Gap gap{now, "restored from backup " + std::to_string(*number) + ", which was made on " +
                         manifest->made_at +
                         "; what was put on record after that is missing from history"};
  if (auto done = add_gap(config.data_dir, gap); !done) return done.error();
  return result_words(*manifest, *number, aside);
}

}  // namespace waybill::app

// The whole of a `waybill serve` in a directory, and back: journal, views, keys, and a copy of the
// configuration. A directory holds any number of backups, each of which is whole; a file of a store
// that several of them have is there once.
//
//   DIRECTORY/waybill-backup    says what the directory is
//   DIRECTORY/N.json            backup N (whole_manifest.h), written last
//   DIRECTORY/journal, views    the stores (runtime/store_backup.h)
//   DIRECTORY/files/N/          return_path.keys, waybill.toml
//
// The views are copied before the journal, and nothing is trimmed from the journal meanwhile: a
// restored journal has all that its views have not.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/backup/whole_manifest.h"
#include "app/config/config.h"
#include "ingest/journal_store.h"
#include "projector/rows/view_store.h"
#include "runtime/time.h"

namespace waybill::app {

struct WholeStores {
  ingest::JournalStore* journal = nullptr;
  projector::ViewStore* views = nullptr;  // of partition 0
};

// Told what is done now, in words.
using TellProgress = std::function<void(const std::string& words)>;

struct WholeRequest {
  std::string directory;
  std::string config_path;
  std::uint64_t keep = 0;  // backups that stay, this one among them; 0: all
};

// As the lines by which a running process is asked (backup_requests.h), and back.
std::vector<std::string> write_request(const WholeRequest& request);
runtime::Explained<WholeRequest> read_request(const std::vector<std::string>& lines);

struct WholeResult {
  std::uint64_t number = 0;
  std::string words;  // what was written
  std::string lacks;  // what the backup has not, and a restore would need; empty: nothing
};

// In one line; what it lacks stands behind kLacks.
inline constexpr char kLacks[] = "; IT LACKS ";
std::string words_of(const WholeResult& result);

// Beside the stores' process, which trims nothing meanwhile. Errc::invalid: the directory has
// something else in it; no_space; corrupt: what was read back is not what was written. Backups that
// were there stay as they were.
runtime::Explained<WholeResult> back_up_whole(const WholeStores& stores, const Config& config,
                                              const WholeRequest& request, runtime::WallTime now,
                                              const TellProgress& tell);

// Ascending. Errc::not_found: the directory is no backup; invalid: of another form.
runtime::Explained<std::vector<std::uint64_t>> whole_backups(const std::string& directory);

// Reads all of it and holds it against its checksums. Errc::corrupt: the words name the file.
runtime::Explained<WholeManifest> verify_whole(const std::string& directory, std::uint64_t number);

struct RestoreRequest {
  std::string directory;
  std::uint64_t number = 0;  // 0: the newest
  bool replace = false;      // what is in the data directory is moved aside
};

// Verifies first, writes then, and renames last. Errc::locked: a process runs on the data
// directory, or something is in it and is not to be replaced. The words of the result say what was
// restored, and what to do next.
runtime::Explained<std::string> restore_whole(const Config& config, const RestoreRequest& request,
                                              runtime::WallTime now, const TellProgress& tell);

}  // namespace waybill::app

#include "app/backup/whole_backup.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>

#include "app/backup/files.h"
#include "ingest/journal_offsets.h"
#include "projector/positions.h"
#include "runtime/durable_file.h"
#include "runtime/store_backup.h"
#include "runtime/version.h"
#include "schemas/event.h"

namespace waybill::app {

namespace fs = std::filesystem;
using runtime::Errc;
using runtime::explain;
using runtime::Explained;
using runtime::Failure;

namespace {

constexpr char kMark[] = "waybill-backup";
constexpr char kMarkText[] = "Backups of `waybill serve`; `waybill restore` brings one back.\n";

fs::path manifest_file(const fs::path& directory, std::uint64_t number) {
  return directory / (std::to_string(number) + ".json");
}

// Ours, or made ours where there is nothing.
Explained<void> claim(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return explain(error, "cannot make " + directory.string());
  if (fs::exists(directory / kMark, error)) return {};
  const bool fresh = fs::is_empty(directory, error);
  if (error) return explain(error, "cannot look into " + directory.string());
  if (!fresh) {
    return Failure{Errc::invalid, directory.string() +
                                      " has something in it that is no backup: name a new "
                                      "directory, or one that a backup was made in"};
  }
  return runtime::replace_file(directory / kMark, kMarkText);
}

Explained<WholeManifest> read_manifest(const fs::path& directory, std::uint64_t number) {
  const fs::path path = manifest_file(directory, number);
  const auto text = runtime::read_file(path);
  if (!text) return text.error();
  auto manifest = parse_whole_manifest(*text);
  if (!manifest) {
    return Failure{manifest.error().code, path.string() + " " + manifest.error().why};
  }
  return manifest;
}

// Forgets backups that are not among the newest `keep`, and what cut off ones have left.
Explained<void> tidy(const fs::path& directory, std::uint64_t keep) {
  auto numbers = whole_backups(directory.string());
  if (!numbers) return numbers.error();
  std::error_code error;
  if (keep > 0 && numbers->size() > keep) {
    const auto first = numbers->end() - static_cast<std::ptrdiff_t>(keep);
    for (auto it = numbers->begin(); it != first; ++it) {
      fs::remove(manifest_file(directory, *it), error);
      fs::remove_all(directory / "files" / std::to_string(*it), error);
    }
    numbers->erase(numbers->begin(), first);
    if (auto done = runtime::sync_path(directory.string()); !done) return done;
  }
  std::set<std::uint32_t> journals;
  std::set<std::uint32_t> views;
  for (const std::uint64_t number : *numbers) {
    const auto manifest = read_manifest(directory, number);
    // What it names is not known: nothing goes.
    if (!manifest) return {};
    journals.insert(manifest->journal.number);
    views.insert(manifest->views.number);
  }
  if (auto kept = runtime::keep_store_backups((directory / "journal").string(), journals); !kept) {
    return kept;
  }
  return runtime::keep_store_backups((directory / "views").string(), views);
}

class Making {
 public:
  Making(const WholeStores& stores, const Config& config, const WholeRequest& request,
         const TellProgress& tell)
      : stores_(stores),
        config_(config),
        request_(request),
        directory_(request.directory),
        tell_(tell) {}

  Explained<WholeResult> make(std::uint64_t number, runtime::WallTime now) {
    number_ = number;
    manifest_.waybill = runtime::kBuild;
    manifest_.made_at = schemas::rfc3339(now);
    manifest_.node = config_.node;
    if (const auto done = copy_stores(); !done) return done.error();
    if (const auto done = copy_files(); !done) return done.error();
    const auto written =
        runtime::replace_file(manifest_file(directory_, number), write_whole_manifest(manifest_));
    if (!written) return written.error();
    WholeResult out;
    out.number = number;
    out.words = "backup " + std::to_string(number) + ": journal to record " +
                std::to_string(manifest_.journal.end - 1) + ", views to record " +
                std::to_string(manifest_.views.end - 1) + "; " +
                about_octets(manifest_.journal.octets + manifest_.views.octets) + ", of these " +
                about_octets(new_octets_) + " new; read back and whole";
    out.lacks = lacks_;
    return out;
  }

 private:
  runtime::StoreProgress progress_of(const char* store) const {
    return [this, store](const char* what, std::uint64_t octets) {
      const std::string how_much = octets > 0 ? ": " + about_octets(octets) : std::string();
      tell_(std::string(store) + " " + what + how_much);
    };
  }

  Explained<void> copy_stores() {
    const auto stands = projector::read_progress(*stores_.views);
    if (!stands) return explain(stands.error(), "the views do not say where they stand");
    auto views = stores_.views->back_up((directory_ / "views").string(), progress_of("views"));
    if (!views) return views.error();
    // In between nothing was trimmed: whatever the views' copy has not is in the journal's.
    const schemas::SequenceNumber end = stores_.journal->end_seq();
    auto journal =
        stores_.journal->back_up((directory_ / "journal").string(), progress_of("journal"));
    if (!journal) return journal.error();
    manifest_.views = {views->number, ingest::seq_at(stands->next_offset).value(), views->octets};
    manifest_.journal = {journal->number, end.value(), journal->octets};
    new_octets_ = views->new_octets + journal->new_octets;
    for (const auto& [store, number] :
         {std::pair("views", views->number), std::pair("journal", journal->number)}) {
      // RocksDB's list of files and checksums, which has none of its own.
      const std::string list = std::string(store) + "/meta/" + std::to_string(number);
      const auto text = runtime::read_file(directory_ / list);
      if (!text) return text.error();
      manifest_.files.push_back({list, digest_of(*text)});
    }
    return {};
  }

  Explained<void> copy_files() {
    std::error_code error;
    fs::create_directories(directory_ / "files" / std::to_string(number_), error);
    if (error) return explain(error, "cannot write into " + directory_.string());
    manifest_.keys = fs::absolute(key_file(config_), error).string();
    manifest_.config = fs::absolute(request_.config_path, error).string();
    if (auto done = copy_one(manifest_.keys, "return_path.keys", "the key file"); !done) {
      return done;
    }
    return copy_one(manifest_.config, "waybill.toml", "the configuration");
  }

  Explained<void> copy_one(const std::string& from, const char* name, const char* what) {
    const auto text = runtime::read_file(from);
    if (!text) {
      lacks_ += (lacks_.empty() ? "" : "; ") + std::string(what) + " (" + text.error().why + ")";
      return {};
    }
    const std::string place = "files/" + std::to_string(number_) + "/" + name;
    manifest_.files.push_back({place, digest_of(*text)});
    return runtime::replace_file(directory_ / place, *text);
  }

  const WholeStores& stores_;
  const Config& config_;
  const WholeRequest& request_;
  const fs::path directory_;
  const TellProgress& tell_;
  std::uint64_t number_ = 0;
  WholeManifest manifest_;
  std::uint64_t new_octets_ = 0;
  std::string lacks_;
};

}  // namespace

std::vector<std::string> write_request(const WholeRequest& request) {
  return {std::to_string(request.keep), request.config_path, request.directory};
}

Explained<WholeRequest> read_request(const std::vector<std::string>& lines) {
  WholeRequest out;
  if (lines.size() != 3) return Failure{Errc::invalid, "a request of another release"};
  const char* const end = lines[0].data() + lines[0].size();
  const auto [stopped, wrong] = std::from_chars(lines[0].data(), end, out.keep);
  if (wrong != std::errc() || stopped != end) {
    return Failure{Errc::invalid, "a request of another release"};
  }
  out.config_path = lines[1];
  out.directory = lines[2];
  return out;
}

std::string words_of(const WholeResult& result) {
  return result.words + (result.lacks.empty() ? "" : kLacks + result.lacks);
}

Explained<std::vector<std::uint64_t>> whole_backups(const std::string& directory) {
  std::error_code error;
  if (!fs::exists(fs::path(directory) / kMark, error)) {
    return Failure{Errc::not_found, directory + " is no backup of `waybill backup`: it has no " +
                                        std::string(kMark)};
  }
  std::vector<std::uint64_t> out;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() != ".json") continue;
    const std::string stem = entry.path().stem().string();
    std::uint64_t number = 0;
    const char* const end = stem.data() + stem.size();
    const auto [stopped, wrong] = std::from_chars(stem.data(), end, number);
    if (wrong == std::errc() && stopped == end) out.push_back(number);
  }
  std::sort(out.begin(), out.end());
  return out;
}

Explained<WholeResult> back_up_whole(const WholeStores& stores, const Config& config,
                                     const WholeRequest& request, runtime::WallTime now,
                                     const TellProgress& tell) {
  if (const auto ours = claim(request.directory); !ours) return ours.error();
  if (const auto tidied = tidy(request.directory, 0); !tidied) return tidied.error();
  const auto numbers = whole_backups(request.directory);
  if (!numbers) return numbers.error();
  const std::uint64_t number = numbers->empty() ? 1 : numbers->back() + 1;
  auto made = Making(stores, config, request, tell).make(number, now);
  if (!made) return made.error();
  if (const auto tidied = tidy(request.directory, request.keep); !tidied) return tidied.error();
  return made;
}

Explained<WholeManifest> verify_whole(const std::string& directory, std::uint64_t number) {
  const fs::path place(directory);
  auto manifest = read_manifest(place, number);
  if (!manifest) return manifest;
  for (const WholeManifest::File& file : manifest->files) {
    const auto text = runtime::read_file(place / file.path);
    if (!text) return text.error();
    if (digest_of(*text) == file.sha256) continue;
    return Failure{Errc::corrupt, (place / file.path).string() +
                                      " is damaged: its SHA-256 is not the one in the manifest"};
  }
  for (const auto& [store, id] : {std::pair("views", manifest->views.number),
                                  std::pair("journal", manifest->journal.number)}) {
    const auto whole = runtime::verify_store_backup((place / store).string(), id);
    if (!whole) return whole.error();
  }
  return manifest;
}

}  // namespace waybill::app

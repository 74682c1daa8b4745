#include "app/backup/backup.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "app/backup/files.h"
#include "projector/projector.h"
#include "projector/rocksdb_view_store.h"
#include "runtime/durable_file.h"
#include "schemas/event.h"
#include "schemas/partition.h"

namespace waybill::app {

namespace fs = std::filesystem;
using runtime::Errc;
using runtime::explain;
using runtime::Explained;
using runtime::Failure;

namespace {

constexpr char kManifest[] = "manifest.json";

std::string store_name(std::uint32_t partition) { return "p" + std::to_string(partition); }

// Where a checkpoint stands, as it says itself.
Explained<ManifestPartition> read_store(const std::string& directory, std::uint32_t partition) {
  projector::RocksStoreSettings settings;
  settings.read_only = true;
  const auto store = projector::open_rocks_store(directory, settings);
  if (!store) return store.error();
  const auto progress = projector::read_progress(**store);
  if (!progress) return explain(progress.error(), directory + " does not say where it stands");
  return ManifestPartition{partition, progress->next_offset, progress->next_index};
}

Explained<void> copy_store(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to, error);
  for (const auto& entry : fs::directory_iterator(from, error)) {
    const fs::path target = to / entry.path().filename();
    fs::copy_file(entry.path(), target, error);
    if (error) return explain(error, "cannot write " + target.string());
    if (auto done = runtime::sync_path(target.string()); !done) return done;
  }
  if (error) return explain(error, "cannot read " + from.string());
  return runtime::sync_path(to.string());
}

Explained<void> restore_one(const fs::path& backup, const fs::path& views,
                            const ManifestPartition& partition) {
  const std::string name = store_name(partition.partition);
  const fs::path fresh = views / (name + kRestoring);
  std::error_code error;
  fs::remove_all(fresh, error);
  if (auto done = copy_store(backup / name, fresh); !done) return done;
  const auto copied = read_store(fresh.string(), partition.partition);
  if (!copied) return copied.error();
  if (copied->next_offset != partition.next_offset || copied->next_index != partition.next_index) {
    return Failure{Errc::corrupt,
                   (backup / name).string() + " is not what the manifest says of it"};
  }
  return {};
}

// Under its own name only once all are whole.
Explained<void> put_in_place(const fs::path& views, const ManifestPartition& partition) {
  const fs::path place = views / store_name(partition.partition);
  return runtime::rename_file(place.string() + kRestoring, place.string());
}

}  // namespace

Explained<Manifest> back_up(const StoresByPartition& stores, const std::string& directory,
                            const std::string& node, runtime::WallTime now) {
  std::error_code error;
  fs::create_directories(directory, error);
  const bool fresh = !error && fs::is_empty(directory, error);
  if (error) return explain(error, directory + " cannot be made");
  if (!fresh) return Failure{Errc::invalid, directory + " is not empty: name a new directory"};
  Manifest manifest;
  manifest.made_at = schemas::rfc3339(now);
  manifest.node = node;
  for (const auto& [partition, store] : stores) {
    const std::string place = directory + "/" + store_name(partition);
    const auto made = store->checkpoint(place);
    if (!made) return explain(made.error(), "cannot write " + place);
    auto stands = read_store(place, partition);
    if (!stands) return stands.error();
    manifest.partitions.push_back(*stands);
  }
  const std::string path = directory + "/" + kManifest;
  if (auto done = runtime::replace_file(path, write_manifest(manifest)); !done) return done.error();
  return manifest;
}

Explained<Manifest> restore(const std::string& directory, const std::string& data_dir) {
  const auto text = runtime::read_file(directory + "/" + kManifest);
  if (!text && text.error() != Errc::not_found) return text.error();
  if (!text) {
    return Failure{Errc::not_found, directory + " has no " + kManifest +
                                        ": it is no backup, or one that was cut off"};
  }
  auto manifest = parse_manifest(*text);
  if (!manifest) return manifest.error();
  const fs::path views = fs::path(data_dir) / "views";
  std::error_code error;
  fs::create_directories(views, error);
  for (const ManifestPartition& partition : manifest->partitions) {
    const fs::path there = views / store_name(partition.partition);
    if (!fs::exists(there, error)) continue;
    return Failure{Errc::locked, there.string() + " is there already: move it away first"};
  }
  for (const ManifestPartition& partition : manifest->partitions) {
    if (const auto done = restore_one(directory, views, partition); !done) return done.error();
  }
  for (const ManifestPartition& partition : manifest->partitions) {
    if (const auto done = put_in_place(views, partition); !done) return done.error();
  }
  return manifest;
}

std::vector<std::uint32_t> partitions_in(const std::string& data_dir) {
  std::vector<std::uint32_t> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(fs::path(data_dir) / "views", error)) {
    const std::string name = entry.path().filename().string();
    std::uint32_t number = 0;
    const char* const end = name.data() + name.size();
    const auto [stopped, wrong] = std::from_chars(name.data() + 1, end, number);
    if (name.starts_with('p') && name.size() > 1 && wrong == std::errc() && stopped == end) {
      out.push_back(number);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace waybill::app

// waybill views: looks after the views of a data directory: folds them anew, says what they are in
// one line each, copies them and brings copies back.
//
// `rebuild` and `restore` need them alone; `digest` and `backup` may stand beside a running
// process.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "app/backup/backup.h"
#include "app/backup/backup_requests.h"
#include "app/backup/rebuild_beside.h"
#include "app/command/config_file.h"
#include "app/gaps/gap_file.h"
#include "app/roles/hole_words.h"
#include "app/roles/partition_views.h"
#include "app/subcommands.h"
#include "ingest/kafka_stream.h"
#include "projector/projector.h"
#include "projector/rocksdb_view_store.h"
#include "runtime/asio_clock.h"
#include "runtime/clock.h"
#include "schemas/partition.h"

namespace waybill::app {
namespace {

using runtime::Errc;
using runtime::Failure;

// A backup writes out what is in memory and links the rest.
constexpr std::chrono::seconds kBackupPatience{120};

struct ViewOptions {
  ConfigFile file;
  int partition = -1;     // -1: all there are
  std::string directory;  // of backup and restore
};

int fail_to_open(const std::string& directory, const Failure& failure) {
  if (failure == Errc::locked) {
    return fail(failure.why + "; stop the waybill that runs on it first");
  }
  return fail(failure.in("cannot open the views in " + directory).why);
}

// Several lines a second at most, and none into a file.
bool show_progress(std::uint64_t done, std::uint64_t all) {
  if (isatty(STDERR_FILENO) == 0) return true;
  std::fprintf(stderr, "\rrebuilding: %lu of %lu events (%lu %%)%s", done, all, 100 * done / all,
               done == all ? "\n" : "");
  return true;
}

ReadLog log_of(const Config& config) {
  if (!config.kafka.there) return {};
  return [kafka = config.kafka](std::vector<ingest::StreamPosition> positions) {
    return ingest::kafka_stream(kafka.settings, schemas::kDeliveriesTopic, kafka.partitions,
                                std::move(positions));
  };
}

int rebuild(const Config& config, std::uint32_t partition) {
  const std::string& data_dir = config.data_dir;
  const auto rebuilt = rebuild_partition(data_dir, partition, show_progress, log_of(config));
  if (!rebuilt) {
    if (rebuilt.error() == Errc::locked) {
      return fail(rebuilt.error().why + "; stop the waybill that runs on it first");
    }
    return fail("the rebuild stopped: " + rebuilt.error().why + "; the views are as they were");
  }
  for (const auto& hole : rebuilt->holes) {
    const std::string what = hole_words(partition, hole);
    std::fprintf(stderr, "waybill: %s\n", what.c_str());
    const auto kept = add_gap(data_dir, {runtime::AsioClock().wall(), what});
    if (!kept) return fail(kept.error().why);
  }
  std::printf("rebuilt the views of partition %u from %lu events\n", partition,
              rebuilt->events.value());
  return rebuilt->holes.empty() ? kExitOk : kExitNo;
}

int digest(const Config& config, std::uint32_t partition) {
  const std::string directory = views_directory(config.data_dir, partition);
  projector::RocksStoreSettings settings;
  settings.read_only = true;
  const auto store = projector::open_rocks_store(directory, settings);
  if (!store) return fail_to_open(directory, store.error());
  const auto progress = projector::read_progress(**store);
  if (!progress) return fail("cannot read the views: " + progress.error().message());
  const auto digest = projector::digest_views(**store);
  if (!digest) {
    return fail("cannot read the views: " + digest.error().message() +
                "; if a waybill runs on them, ask again");
  }
  std::printf("%s  %lu events  partition %u\n", digest->c_str(), progress->next_index.value(),
              partition);
  return kExitOk;
}

using OfOne = int (*)(const Config& config, std::uint32_t partition);

int of_each(const Config& config, int wanted, OfOne action) {
  const std::string& data_dir = config.data_dir;
  std::vector<std::uint32_t> partitions = partitions_in(data_dir);
  if (wanted >= 0) {
    const auto one = static_cast<std::uint32_t>(wanted);
    const bool there = std::find(partitions.begin(), partitions.end(), one) != partitions.end();
    partitions.assign(there ? 1 : 0, one);
  }
  if (partitions.empty()) {
    return fail("there are no such views in " + data_dir + "/views; a waybill that runs on " +
                data_dir + " makes them when it first starts");
  }
  for (const std::uint32_t partition : partitions) {
    if (const int code = action(config, partition); code != kExitOk) return code;
  }
  return kExitOk;
}

void say(const char* what, const Manifest& manifest) {
  for (const ManifestPartition& one : manifest.partitions) {
    std::printf("%s partition %u: %lu events, the log up to %lu\n", what, one.partition,
                one.next_index.value(), one.next_offset.value());
  }
}

// The stores of a directory that nobody has open. Errc::locked: somebody has.
runtime::Explained<Manifest> back_up_alone(const Config& config, const std::string& directory) {
  std::vector<std::unique_ptr<projector::ViewStore>> opened;
  StoresByPartition stores;
  for (const std::uint32_t partition : partitions_in(config.data_dir)) {
    auto store = projector::open_rocks_store(views_directory(config.data_dir, partition), {});
    if (!store) return store.error();
    stores[partition] = store->get();
    opened.push_back(std::move(*store));
  }
  if (stores.empty()) {
    return Failure{Errc::not_found, "there are no views in " + config.data_dir + "/views"};
  }
  return back_up(stores, directory, config.node, runtime::AsioClock().wall());
}

int backup(const Config& config, const std::string& directory) {
  std::error_code error;
  if (std::filesystem::exists(directory, error) && !std::filesystem::is_empty(directory, error)) {
    return fail(directory + " is not empty: name a new directory");
  }
  const auto made = back_up_alone(config, directory);
  if (made) {
    say("backed up", *made);
    return kExitOk;
  }
  if (made.error() != Errc::locked) return fail(made.error().why);
  const std::string absolute = std::filesystem::absolute(directory).string();
  const auto requested = request_backup(config.data_dir, {"views", absolute}, kBackupPatience,
                                        [](const std::string&) {});
  if (!requested) return fail(requested.error().why);
  std::printf("backed up beside the waybill that runs on %s: %s\n", config.data_dir.c_str(),
              directory.c_str());
  return kExitOk;
}

int bring_back(const Config& config, const std::string& directory) {
  const auto restored = restore(directory, config.data_dir);
  if (!restored) return fail(restored.error().why);
  say("restored", *restored);
  return kExitOk;
}

Command add_action(Command views, const char* name, const char* what,
                   const std::shared_ptr<ViewOptions>& options,
                   int (*action)(const Config&, const ViewOptions&)) {
  Command command = views.add_command(name, what);
  add_options(command, options->file);
  command.runs([options, action] {
    const auto config = read_or_complain(options->file);
    return config ? action(*config, *options) : kExitUsage;
  });
  return command;
}

void add_of_each(Command views, const char* name, const char* what,
                 int (*action)(const Config&, const ViewOptions&)) {
  auto options = std::make_shared<ViewOptions>();
  add_action(views, name, what, options, action)
      .add("--partition", options->partition, "Of this partition alone");
}

void add_with_directory(Command views, const char* name, const char* what,
                        int (*action)(const Config&, const ViewOptions&)) {
  auto options = std::make_shared<ViewOptions>();
  add_action(views, name, what, options, action)
      .add("directory", options->directory, "The backup's directory")
      .required();
}

}  // namespace

void add_views(Command root) {
  Command views = root.add_command("views", "Look after the views, which answer for history");
  views.needs_subcommand();
  add_of_each(views, "rebuild", "Drop the views and fold the archived events again",
              [](const Config& config, const ViewOptions& options) {
                return of_each(config, options.partition, rebuild);
              });
  add_of_each(views, "digest",
              "Print one SHA-256 over all views of each partition: equal logs give equal digests",
              [](const Config& config, const ViewOptions& options) {
                return of_each(config, options.partition, digest);
              });
  add_with_directory(views, "backup", "Copy the views, also beside a running waybill",
                     [](const Config& config, const ViewOptions& options) {
                       return backup(config, options.directory);
                     });
  add_with_directory(views, "restore", "Bring a backup's views into an empty data directory",
                     [](const Config& config, const ViewOptions& options) {
                       return bring_back(config, options.directory);
                     });
}

}  // namespace waybill::app

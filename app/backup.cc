// waybill backup, waybill restore: the whole of a `waybill serve` into a directory, and back.

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "app/backup/backup_requests.h"
#include "app/backup/files.h"
#include "app/backup/whole_backup.h"
#include "app/command/config_file.h"
#include "app/roles/partition_views.h"
#include "app/subcommands.h"
#include "projector/rocksdb_view_store.h"
#include "runtime/asio_clock.h"
#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::app {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

namespace {

// Without a word of the running process. It says one for each few mebibytes that it copies; to read
// a backup of 50 GiB back, of which it says nothing, takes some minutes.
constexpr std::chrono::seconds kPatience{900};

struct BackupOptions {
  ConfigFile file;
  std::string directory;
  std::uint64_t keep = 0;
  std::uint64_t number = 0;
  bool verify = false;
  bool replace = false;
};

// On a terminal in place, and nothing into a file.
void show(const std::string& words) {
  if (isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "\r\033[K%s", words.c_str());
}

void end_show() {
  if (isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "\r\033[K");
}

// Of a data directory that nobody has open. Errc::locked: somebody has.
Explained<std::string> back_up_alone(const Config& config, const WholeRequest& request) {
  std::error_code error;
  if (!std::filesystem::exists(config.data_dir + "/journal", error)) {
    return Failure{Errc::not_found, "there is no journal in " + config.data_dir};
  }
  // Asked first: to open a journal is to look through its log, which a process may be writing.
  if (is_held(config.data_dir + "/journal")) {
    return Failure{Errc::locked, "a waybill runs on " + config.data_dir};
  }
  auto journal = ingest::open_rocks_journal(config.data_dir + "/journal");
  if (!journal) return journal.error();
  auto views = projector::open_rocks_store(views_directory(config.data_dir, 0), {});
  if (!views) return views.error();
  const auto made = back_up_whole({journal->get(), views->get()}, config, request,
                                  runtime::AsioClock().wall(), show);
  if (!made) return made.error();
  return words_of(*made);
}

int back_up_now(const Config& config, const BackupOptions& options) {
  WholeRequest request;
  request.directory = std::filesystem::absolute(options.directory).string();
  request.config_path = std::filesystem::absolute(options.file.path).string();
  request.keep = options.keep;
  auto made = back_up_alone(config, request);
  if (!made && made.error() == Errc::locked) {
    std::vector<std::string> lines = write_request(request);
    lines.insert(lines.begin(), "whole");
    made = request_backup(config.data_dir, lines, kPatience, show);
  }
  end_show();
  if (!made) return fail(made.error().why);
  std::printf("%s: %s\n", options.directory.c_str(), made->c_str());
  return made->find(kLacks) == std::string::npos ? kExitOk : kExitNo;
}

int verify_now(const BackupOptions& options) {
  const auto numbers = whole_backups(options.directory);
  if (!numbers) return fail(numbers.error().why);
  if (numbers->empty()) return fail(options.directory + " has no backup that is whole");
  for (const std::uint64_t number : *numbers) {
    if (options.number != 0 && number != options.number) continue;
    show("verifying backup " + std::to_string(number));
    const auto whole = verify_whole(options.directory, number);
    end_show();
    if (!whole) {
      std::fprintf(stderr, "waybill: %s\n", whole.error().why.c_str());
      return kExitNo;
    }
    std::printf("backup %lu of %s is whole\n", number, whole->made_at.c_str());
  }
  return kExitOk;
}

int run_backup(const BackupOptions& options) {
  const auto config = read_or_complain(options.file);
  if (!config) return kExitUsage;
  runtime::start_log(config->log_level, config->log_format);
  const int code = options.verify ? verify_now(options) : back_up_now(*config, options);
  runtime::stop_log();
  return code;
}

int run_restore(const BackupOptions& options) {
  const auto config = read_or_complain(options.file);
  if (!config) return kExitUsage;
  const RestoreRequest request{options.directory, options.number, options.replace};
  const auto restored = restore_whole(*config, request, runtime::AsioClock().wall(), show);
  end_show();
  if (!restored) return fail(restored.error().why);
  std::printf("%s\n", restored->c_str());
  return kExitOk;
}

Explained<void> backs_up_no_kafka(const Config& config) {
  if (!config.kafka.there) return {};
  return Failure{
      Errc::invalid,
      "whole backups are of `waybill serve`; where the log is on Kafka there is `waybill "
      "views backup`, and the key file is to be copied"};
}

}  // namespace

void add_backup(Command root) {
  Command command =
      root.add_command("backup", "Copy journal, views, keys and configuration of `waybill serve`");
  auto options = std::make_shared<BackupOptions>();
  add_options(command, options->file);
  options->file.fits = backs_up_no_kafka;
  command.add("directory", options->directory, "New, or one of earlier backups").required();
  command.add("--keep", options->keep, "Backups that stay in it, the newest; 0: all")
      .shows_default();
  command.add_flag("--verify", options->verify, "Make none: read those that are there");
  command.add("--number", options->number, "With --verify: this one alone");
  command.footer(
      "Beside a running waybill or without one. A further backup into the same directory copies "
      "what is new. Each is read back before it counts. The directory is named as the running "
      "process sees it, and has the keys in it: keep it from others.\n"
      "Exit code: 0 whole, 1 made, but something is missing that is named, or --verify found "
      "damage, 2 usage, 3 not made.");
  command.runs([options] { return run_backup(*options); });
}

void add_restore(Command root) {
  Command command =
      root.add_command("restore", "Bring a backup of `waybill backup` into a data directory");
  auto options = std::make_shared<BackupOptions>();
  add_options(command, options->file);
  options->file.fits = backs_up_no_kafka;
  command.add("directory", options->directory, "Where the backups are").required();
  command.add("--number", options->number, "Which of them; 0: the newest").shows_default();
  command.add_flag("--replace", options->replace,
                   "Move what is in the data directory aside, into before-restore-TIME");
  command.footer(
      "Reads all of the backup and holds it against its checksums before it writes anything. No "
      "waybill may run on the data directory.");
  command.runs([options] { return run_restore(*options); });
}

}  // namespace waybill::app

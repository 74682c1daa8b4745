// waybill views: folds the views of a data directory anew, or says what they are in one line.
//
// Both speak to the store itself. `rebuild` needs it alone; `digest` may stand beside a running
// `waybill serve` and then speaks of the moment it began.

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "app/commands.h"
#include "app/config/config.h"
#include "projector/projector.h"
#include "projector/view_store.h"

namespace waybill::app {
namespace {

using runtime::Errc;

// The embedded log has one partition.
constexpr std::uint32_t kPartition = 0;
constexpr char kStoreOfPartition[] = "/views/p0";

struct Options {
  std::string config = "waybill.toml";
  std::string data_dir;
};

// Empty after it has printed why there is none.
std::string find_data_dir(const Options& options) {
  if (!options.data_dir.empty()) return options.data_dir;
  const Loaded loaded = load_config(options.config);
  if (const auto* config = std::get_if<Config>(&loaded)) return config->data_dir;
  for (const Complaint& complaint : std::get<std::vector<Complaint>>(loaded)) {
    std::fprintf(stderr, "%s\n", to_string(complaint, options.config).c_str());
  }
  return {};
}

int fail(const std::string& what) {
  std::fprintf(stderr, "waybill: %s\n", what.c_str());
  return kExitEnvironment;
}

int fail_to_open(const std::string& directory, Errc code, const std::string& why) {
  if (code == Errc::locked) return fail(why + "; stop `waybill serve` first");
  if (code == Errc::not_found) return fail(why + "; `waybill serve` makes it when it first starts");
  return fail("cannot open the views in " + directory + ": " + why);
}

// Several lines a second at most, and none into a file.
void show_progress(std::uint64_t done, std::uint64_t all) {
  if (isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "\rrebuilding: %lu of %lu events (%lu %%)%s", done, all, 100 * done / all,
               done == all ? "\n" : "");
}

int rebuild(const std::string& directory) {
  // A writable open would make the store that it does not find.
  std::error_code unreadable;
  if (!std::filesystem::exists(directory, unreadable)) {
    return fail_to_open(directory, Errc::not_found, "there is no store in " + directory);
  }
  std::string why;
  const auto store = projector::open_rocks_store(directory, {}, why);
  if (!store) return fail_to_open(directory, runtime::errc_of(store.error()), why);
  const auto rebuilt = projector::rebuild_views(**store, kPartition, show_progress);
  if (!rebuilt) {
    return fail("the rebuild stopped: " + rebuilt.error().message() +
                "; the views are incomplete until one runs to its end");
  }
  const auto progress = projector::read_progress(**store);
  if (!progress) return fail("cannot read the views: " + progress.error().message());
  std::printf("rebuilt the views from %lu events\n", progress->next_index);
  return kExitOk;
}

int digest(const std::string& directory) {
  projector::RocksStoreSettings settings;
  settings.read_only = true;
  std::string why;
  const auto store = projector::open_rocks_store(directory, settings, why);
  if (!store) return fail_to_open(directory, runtime::errc_of(store.error()), why);
  const auto progress = projector::read_progress(**store);
  if (!progress) return fail("cannot read the views: " + progress.error().message());
  const auto digest = projector::digest_views(**store);
  if (!digest) {
    return fail("cannot read the views: " + digest.error().message() +
                "; if `waybill serve` runs, ask again");
  }
  std::printf("%s  %lu events\n", digest->c_str(), progress->next_index);
  return kExitOk;
}

void add_action(CLI::App& views, const char* name, const char* what,
                int (*action)(const std::string&), Run& run) {
  CLI::App* command = views.add_subcommand(name, what);
  auto options = std::make_shared<Options>();
  command->add_option("-c,--config", options->config, "Configuration file")->capture_default_str();
  command->add_option("--data", options->data_dir,
                      "Data directory; the configuration file is then not read");
  command->callback([options, action, &run] {
    run = [options, action] {
      const std::string data_dir = find_data_dir(*options);
      return data_dir.empty() ? kExitUsage : action(data_dir + kStoreOfPartition);
    };
  });
}

}  // namespace

void add_views(CLI::App& app, Run& run) {
  CLI::App* views = app.add_subcommand("views", "Look after the views, which answer for history");
  views->require_subcommand(1);
  add_action(*views, "rebuild", "Drop the views and fold the archived events again", rebuild, run);
  add_action(*views, "digest", "Print one SHA-256 over all views: equal logs give equal digests",
             digest, run);
}

}  // namespace waybill::app

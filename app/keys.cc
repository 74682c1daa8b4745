// waybill keys: makes and rotates the secrets that return paths are signed with.

#include <algorithm>
#include <cstdio>
#include <memory>

#include "app/command/config_file.h"
#include "app/return_paths/key_file.h"
#include "app/subcommands.h"
#include "runtime/asio_clock.h"

namespace waybill::app {

namespace {

struct KeyOptions {
  ConfigFile file;
  bool force = false;
};

int rotate(const KeyOptions& options) {
  const auto config = read_or_complain(options.file);
  if (!config) return kExitUsage;
  const std::string path = key_file(*config);
  std::chrono::seconds longest{0};
  for (const auto& [name, domain] : config->routes->domains()) {
    longest = std::max(longest, domain.bounce_window);
  }
  if (options.force) longest = std::chrono::seconds(0);
  const runtime::AsioClock clock;
  if (const auto rotated = rotate_keys(path, clock.wall(), longest); !rotated) {
    std::fprintf(stderr, "waybill: %s\n", rotated.error().why.c_str());
    return kExitEnvironment;
  }
  std::printf(
      "%s: a fresh key is in front; the one before is still believed.\n"
      "Send SIGHUP to `waybill serve` to sign with it.\n",
      path.c_str());
  return kExitOk;
}

int make(const KeyOptions& options) {
  const auto config = read_or_complain(options.file);
  if (!config) return kExitUsage;
  const std::string path = key_file(*config);
  if (const auto made = make_keys(path); !made) {
    std::fprintf(stderr, "waybill: %s\n", made.error().why.c_str());
    return kExitEnvironment;
  }
  std::printf("%s: one fresh key. Bounces of mail that went before are refused now.\n",
              path.c_str());
  return kExitOk;
}

}  // namespace

void add_keys(Command root) {
  Command command = root.add_command("keys", "The keys of return paths, and those of DKIM");
  command.needs_subcommand();
  Command rotation = command.add_command("rotate", "Put a fresh key in front");
  auto options = std::make_shared<KeyOptions>();
  add_options(rotation, options->file);
  rotation.add_flag("--force", options->force,
                    "Also where return paths of the key that goes may still be out");
  rotation.runs([options] { return rotate(*options); });
  Command making = command.add_command(
      "make", "Make the key file where it is lost for good; a first start needs no such call");
  auto of_making = std::make_shared<KeyOptions>();
  add_options(making, of_making->file);
  making.runs([of_making] { return make(*of_making); });
  add_dkim_keys(command);
}

}  // namespace waybill::app

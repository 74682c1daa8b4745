// waybill keys: makes and rotates the secrets that return paths are signed with.

#include <cstdio>
#include <memory>

#include "app/command/config_file.h"
#include "app/return_paths/key_file.h"
#include "app/subcommands.h"

namespace waybill::app {

namespace {

int rotate(const ConfigFile& file) {
  const auto config = read_or_complain(file);
  if (!config) return kExitUsage;
  const std::string path = key_file(*config);
  if (const auto rotated = rotate_keys(path); !rotated) {
    std::fprintf(stderr, "waybill: %s\n", rotated.error().why.c_str());
    return kExitEnvironment;
  }
  std::printf(
      "%s: a fresh key is in front; the one before is still believed.\n"
      "Send SIGHUP to `waybill serve` to sign with it. Rotate again only after the longest\n"
      "bounce_window: return paths of the key that goes then would be refused.\n",
      path.c_str());
  return kExitOk;
}

}  // namespace

void add_keys(Command root) {
  Command command = root.add_command("keys", "The keys that return paths are signed with");
  command.needs_subcommand();
  Command rotation = command.add_command("rotate", "Put a fresh key in front");
  auto file = std::make_shared<ConfigFile>();
  add_options(rotation, *file);
  rotation.runs([file] { return rotate(*file); });
}

}  // namespace waybill::app

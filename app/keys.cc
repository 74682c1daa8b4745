// waybill keys: the secrets that return paths are signed with.

#include <cstdio>
#include <memory>

#include "app/config/config.h"
#include "app/return_paths/key_file.h"
#include "app/subcommands.h"

namespace waybill::app {

namespace {

int rotate(const std::string& config_file) {
  const Loaded loaded = load_config(config_file);
  if (const auto* complaints = std::get_if<std::vector<Complaint>>(&loaded)) {
    for (const Complaint& complaint : *complaints) {
      std::fprintf(stderr, "%s\n", to_string(complaint, config_file).c_str());
    }
    return kExitUsage;
  }
  const std::string path = key_file(std::get<Config>(loaded));
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
  auto config = std::make_shared<std::string>("waybill.toml");
  rotation.add("-c,--config", *config, "Configuration file").shows_default();
  rotation.runs([config] { return rotate(*config); });
}

}  // namespace waybill::app

#include "app/command/config_file.h"

#include <cstdio>

#include "runtime/log.h"

namespace waybill::app {

void add_options(Command command, ConfigFile& file) {
  command.add("-c,--config", file.path, "Configuration file (docs/configuration.md)")
      .shows_default();
  command.add("--data", file.data_dir, "Data directory, instead of server.data_dir");
}

std::optional<Config> read_or_complain(const ConfigFile& file) {
  Loaded loaded = load_config(file.path);
  if (const auto* complaints = std::get_if<std::vector<Complaint>>(&loaded)) {
    for (const Complaint& complaint : *complaints) {
      std::fprintf(stderr, "%s\n", to_string(complaint, file.path).c_str());
    }
    return std::nullopt;
  }
  Config config = std::get<Config>(std::move(loaded));
  if (!file.data_dir.empty()) config.data_dir = file.data_dir;
  return config;
}

std::optional<Config> read_again(const ConfigFile& file) {
  Loaded loaded = load_config(file.path);
  if (const auto* complaints = std::get_if<std::vector<Complaint>>(&loaded)) {
    for (const Complaint& complaint : *complaints) {
      runtime::log(runtime::Level::error, "app", "reload refused; nothing changed",
                   {{"complaint", to_string(complaint, file.path)}});
    }
    return std::nullopt;
  }
  Config config = std::get<Config>(std::move(loaded));
  if (!file.data_dir.empty()) config.data_dir = file.data_dir;
  return config;
}

int nothing_started() {
  std::fprintf(stderr, "waybill: nothing was started\n");
  return kExitUsage;
}

bool needs_kafka(const Config& config, const ConfigFile& file, const char* role) {
  if (config.kafka.there) return true;
  std::fprintf(stderr,
               "%s: `waybill %s` needs [kafka] with bootstrap = [\"host:port\"]; without a broker "
               "there is `waybill serve`\n",
               file.path.c_str(), role);
  return false;
}

}  // namespace waybill::app

#include "app/command/config_file.h"

#include <cstdio>

#include "runtime/log.h"

namespace waybill::app {

void add_options(Command command, ConfigFile& file) {
  command.add("-c,--config", file.path, "Configuration file (docs/configuration.md)")
      .type_name("FILE")
      .shows_default();
  command.add("--data", file.data_dir, "Data directory, instead of server.data_dir")
      .type_name("DIR");
}

namespace {

// Nothing after `complain(line)` was called for each complaint.
template <class Complain>
std::optional<Config> read(const ConfigFile& file, Complain complain) {
  Loaded loaded = load_config(file.path);
  if (const auto* complaints = std::get_if<std::vector<Complaint>>(&loaded)) {
    for (const Complaint& complaint : *complaints) complain(to_string(complaint, file.path));
    return std::nullopt;
  }
  Config config = std::get<Config>(std::move(loaded));
  if (!file.data_dir.empty()) config.data_dir = file.data_dir;
  if (file.fits) {
    if (const auto fit = file.fits(config); !fit) {
      complain(file.path + ": " + fit.error().why);
      return std::nullopt;
    }
  }
  return config;
}

}  // namespace

std::optional<Config> read_or_complain(const ConfigFile& file) {
  return read(file, [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); });
}

std::optional<Config> read_again(const ConfigFile& file) {
  return read(file, [](const std::string& line) {
    runtime::log(runtime::Level::error, "app", "reload refused; nothing changed",
                 {{"complaint", line}});
  });
}

int nothing_started() {
  std::fprintf(stderr, "waybill: nothing was started\n");
  return kExitUsage;
}

runtime::Explained<void> needs_kafka(const Config& config, const char* command) {
  if (config.kafka.there && !config.sinks.empty()) {
    return runtime::Failure{runtime::Errc::invalid,
                            "[[sinks]] are of `waybill serve`: no role on Kafka runs them yet"};
  }
  if (config.kafka.there) return {};
  return runtime::Failure{
      runtime::Errc::invalid,
      std::string("`waybill ") + command +
          "` needs [kafka] with bootstrap = [\"host:port\"]; without a broker there is "
          "`waybill serve`"};
}

}  // namespace waybill::app

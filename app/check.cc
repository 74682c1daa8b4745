// waybill check: reads the configuration and says what it means, or all that is wrong with it.

#include <cstdio>
#include <memory>
#include <string>

#include "app/config/config.h"
#include "app/config/summary.h"
#include "app/subcommands.h"

namespace waybill::app {
namespace {

int check_file(const std::string& file) {
  const Loaded loaded = load_config(file);
  if (const auto* complaints = std::get_if<std::vector<Complaint>>(&loaded)) {
    for (const Complaint& complaint : *complaints) {
      std::fprintf(stderr, "%s\n", to_string(complaint, file).c_str());
    }
    return kExitUsage;
  }
  std::fputs(summary(std::get<Config>(loaded)).c_str(), stdout);
  return kExitOk;
}

}  // namespace

void add_check(Command root) {
  Command command = root.add_command(
      "check", "Read the configuration; say what it means, or every fault with line and column");
  auto file = std::make_shared<std::string>("waybill.toml");
  command.add("-c,--config", *file, "Configuration file (docs/configuration.md)").shows_default();
  command.runs([file] { return check_file(*file); });
}

}  // namespace waybill::app

// ConfigFile: the two options that every subcommand with a configuration has, and what is read.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/command/command_line.h"
#include "app/config/config.h"
#include "runtime/failure.h"

namespace waybill::app {

struct ConfigFile {
  std::string path = "waybill.toml";
  std::string data_dir;  // instead of the file's; empty: the file's
  // A Failure says why this command cannot run with a configuration that is right by itself; an
  // empty function takes any. Asked whenever the file is read.
  std::function<runtime::Explained<void>(const Config&)> fits{};
};

void add_options(Command command, ConfigFile& file);

// nullopt after every complaint was printed.
std::optional<Config> read_or_complain(const ConfigFile& file);

// As the file is now, for a process that runs; nullopt once a log line names each complaint.
std::optional<Config> read_again(const ConfigFile& file);

// The exit code of a process that was not started, after the complaints.
int nothing_started();

// For ConfigFile::fits. Errc::invalid: the file has no [kafka], which `waybill COMMAND` needs, or
// it has [[sinks]], which that does not run.
runtime::Explained<void> needs_kafka(const Config& config, const char* command);

}  // namespace waybill::app

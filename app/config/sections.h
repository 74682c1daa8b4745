// The sections of the file whose values are no plain numbers, and what holds between sections.
#pragma once

#include <vector>

#include "app/config/config.h"
#include "app/config/toml_reader.h"

namespace waybill::app {

// Each reads its section, numbers too, into `config`. A section that is absent leaves the defaults.
void read_server(TomlReader& reader, Config& config);
void read_limits(TomlReader& reader, Config& config);
void read_journal(TomlReader& reader, Config& config);
void read_http(TomlReader& reader, Config& config);
void read_dns(TomlReader& reader, Config& config);

}  // namespace waybill::app

// A client of the configuration's own process, as the owner of its data directory: for commands
// that are given on the machine where it runs.
#pragma once

#include <memory>

#include "app/command/config_file.h"
#include "tools/api/api_client.h"

namespace waybill::tools {

// --config and what add_options() has; without --server, the configuration says where.
void add_owner_options(app::Command command, app::ConfigFile& file, ApiOptions& options);

// Of another process where --server names one, and of whom a token names. nullptr after why was
// said, with the exit code.
std::unique_ptr<ApiClient> owner_client(const app::ConfigFile& file, ApiOptions options,
                                        int& exit_code);

}  // namespace waybill::tools

// The [domains] part of the file as routes.
#pragma once

#include <toml++/toml.h>

#include <vector>

#include "app/config/config.h"
#include "relay/routes/route_table.h"

namespace waybill::app {

// What could be read, each name once; every fault is added to `complaints`.
std::vector<relay::routes::Domain> read_domains(const toml::table& domains,
                                                std::vector<Complaint>& complaints);

}  // namespace waybill::app

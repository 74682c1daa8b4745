// The [domains] part of the file as routes.
#pragma once

#include <toml++/toml.h>

#include <vector>

#include "app/config/config.h"
#include "schemas/route.h"

namespace waybill::app {

// What could be read, each name once; every fault is added to `complaints`.
std::vector<schemas::DomainRoutes> read_domains(const toml::table& domains,
                                                std::vector<Complaint>& complaints);

}  // namespace waybill::app

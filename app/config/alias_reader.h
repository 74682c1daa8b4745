// The aliases of one domain.
#pragma once

#include <toml++/toml.h>

#include <string>
#include <vector>

#include "app/config/action_reader.h"
#include "schemas/route.h"

namespace waybill::app {

// Adds what could be read to `domain`, whose name and settings are known; every fault is added to
// `complaints`. `path` names the table.
void read_aliases(const toml::table& table, const std::string& path, ActionReader& actions,
                  schemas::DomainRoutes& domain, std::vector<Complaint>& complaints);

}  // namespace waybill::app

// Routes as tests write them, and the keys that sign return paths of mail on them. What is no
// address or no key ends the program.
#pragma once

#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

#include "relay/returnpath/key_ring.h"
#include "relay/routes/route_table.h"
#include "schemas/route.h"

namespace waybill::tests {

schemas::Target target(std::string_view text);

// Reports go where the domain says.
schemas::ForwardTo forward_to(std::initializer_list<std::string_view> targets);
schemas::ForwardTo forward_to(std::initializer_list<std::string_view> targets,
                              schemas::ReportsTo reports);
schemas::ReportsTo reports_to_nobody();
schemas::ReportsTo reports_to_owner(std::string_view owner);

std::shared_ptr<const relay::routes::RouteTable> table_of(
    std::vector<schemas::DomainRoutes> domains);

// One key, the same at every call, as a file would have it.
relay::returnpath::KeyRing key_ring();

}  // namespace waybill::tests

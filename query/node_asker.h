// Another node of the cluster asks for one of its own askers: it has decided who that is, and says
// what they may see in a field of its request.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/principals.h"
#include "schemas/principal.h"

namespace waybill::query {

// The field: domains joined by commas. Absent: everything.
inline constexpr char kSightField[] = "Waybill-Sight";

// nullopt: everything.
std::optional<std::string> write_sight(const schemas::Sight& sight);

// For a server that asks for the cluster's secret.
std::unique_ptr<http::Principals> node_principals();

}  // namespace waybill::query

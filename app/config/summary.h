// A configuration in words, for `waybill check`.
#pragma once

#include <string>

#include "app/config/config.h"

namespace waybill::app {

// Several lines, each with its line end: who we are, listeners, limits, domains with their aliases.
std::string summary(const Config& config);

}  // namespace waybill::app

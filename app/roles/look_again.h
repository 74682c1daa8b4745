// How often a part looks whether its files are others now: certificates, keys, secrets.
#pragma once

#include <chrono>

namespace waybill::app {

// They are renewed every some weeks, and what renews them may not know whom to tell.
inline constexpr std::chrono::seconds kLookEvery{10};

}  // namespace waybill::app

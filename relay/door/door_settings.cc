#include "relay/door/door_settings.h"

#include <algorithm>

namespace waybill::relay::door {

bool DoorSettings::is_exempt(const runtime::IpAddress& client) const {
  const runtime::IpAddress plain = runtime::unmapped(client);
  return std::any_of(exempt.begin(), exempt.end(),
                     [&](const runtime::Network& network) { return network.holds(plain); });
}

}  // namespace waybill::relay::door

#include "relay/forward/beyond_hop.h"

namespace waybill::relay::forward {

std::optional<policy::Rule> beyond_hop(message::Needs needs, const smtp::Extensions& offered) {
  if (needs.smtputf8 && !offered.smtputf8) return policy::Rule::next_hop_without_smtputf8;
  if (needs.eight_bit && !offered.eight_bit_mime && !offered.smtputf8) {
    return policy::Rule::next_hop_without_8bitmime;
  }
  return std::nullopt;
}

}  // namespace waybill::relay::forward

#include "tests/sim/home.h"

#include <array>

namespace waybill::tests {

runtime::Endpoint sim_home() { return {boost::asio::ip::make_address("192.0.2.20"), 25}; }

HopMind mind_by_chance(SeededChance& chance) {
  return [&chance](const std::string&) {
    constexpr std::array<Deed, 16> kDeeds = {
        Deed::take,       Deed::take,       Deed::take,        Deed::take,
        Deed::take,       Deed::take,       Deed::take,        Deed::take,
        Deed::drop_after, Deed::defer_body, Deed::refuse_rcpt, Deed::defer_rcpt,
        Deed::go_down,    Deed::silent,     Deed::refuse_body, Deed::drop_before};
    return kDeeds[chance.below(kDeeds.size())];
  };
}

}  // namespace waybill::tests
